// The form that adds a fault, generated from the emulator's table of faults.
import { useState } from 'preact/hooks';
import type { FaultGateway, FaultRule } from '@chatpush/emulator';
import { initialParameters, ruleFrom, type FaultForm as Form } from '../fault-rule.ts';
import type { State } from '../state.ts';
import { DEVICE_NAMES, GATEWAY_NAMES, shortToken } from '../words.ts';
import { FaultParameter } from './fault-parameter.tsx';

const GATEWAYS = Object.keys(GATEWAY_NAMES) as FaultGateway[];

export function FaultForm({ state, onRule }: { state: State; onRule: (rule: FaultRule) => void }) {
  const { faults, phones } = state;
  const [form, setForm] = useState<Form>({
    gateway: 'apns',
    fault: 'http',
    parameters: faults['http'] === undefined ? {} : initialParameters('http', faults['http']),
    often: 'times',
    times: '2',
    percent: '20',
    deviceToken: '',
  });
  const kind = faults[form.fault];
  const possible = Object.entries(faults).filter(([, { gateways }]) => gateways.includes(form.gateway));

  const chooseFault = (fault: string): Partial<Form> => {
    const chosen = faults[fault];
    return chosen === undefined ? {} : { fault, parameters: initialParameters(fault, chosen) };
  };
  const chooseGateway = (gateway: FaultGateway): void => {
    const first = Object.keys(faults).find((name) => faults[name]?.gateways.includes(gateway)) ?? 'http';
    const stays = kind?.gateways.includes(gateway);
    setForm({ ...form, gateway, ...(!stays && chooseFault(first)) });
  };
  if (kind === undefined) return null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onRule(ruleFrom(form, kind));
      }}
    >
      <div class="pair">
        <label>
          Gateway
          <select
            value={form.gateway}
            onChange={(event) => chooseGateway(event.currentTarget.value as FaultGateway)}
          >
            {GATEWAYS.map((gateway) => (
              <option key={gateway} value={gateway}>
                {GATEWAY_NAMES[gateway]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Fault
          <select
            value={form.fault}
            onChange={(event) => setForm({ ...form, ...chooseFault(event.currentTarget.value) })}
          >
            {possible.map(([name]) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="hint">{kind.sentence}</p>
      <div class="parameters">
        {Object.entries(kind.parameters).map(([name, parameter]) => (
          <FaultParameter
            key={`${form.fault} ${name}`}
            name={name}
            parameter={parameter}
            value={form.parameters[name]}
            onValue={(value) => setForm({ ...form, parameters: { ...form.parameters, [name]: value } })}
          />
        ))}
      </div>
      <div class="pair">
        <label>
          How often
          <select
            value={form.often}
            onChange={(event) => setForm({ ...form, often: event.currentTarget.value as Form['often'] })}
          >
            <option value="times">N times</option>
            <option value="share">percentage</option>
            <option value="always">every request</option>
          </select>
        </label>
        {form.often === 'times' && (
          <label>
            Times
            <input
              type="number"
              required
              min="1"
              value={form.times}
              onInput={(event) => setForm({ ...form, times: event.currentTarget.value })}
            />
          </label>
        )}
        {form.often === 'share' && (
          <label>
            Percent
            <input
              type="number"
              required
              min="0.01"
              max="100"
              step="any"
              value={form.percent}
              onInput={(event) => setForm({ ...form, percent: event.currentTarget.value })}
            />
          </label>
        )}
      </div>
      {form.gateway !== 'oauth' && (
        <label>
          Applies to
          <select
            value={form.deviceToken}
            onChange={(event) => setForm({ ...form, deviceToken: event.currentTarget.value })}
          >
            <option value="">every phone</option>
            {phones.map(({ deviceToken, deviceType = 'APNS' }) => (
              <option key={deviceToken} value={deviceToken}>
                only {DEVICE_NAMES[deviceType]} {shortToken(deviceToken)}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="submit">Add fault</button>
    </form>
  );
}
