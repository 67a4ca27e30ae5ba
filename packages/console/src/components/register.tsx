// Adds a phone. With a service beside the emulator, registers a new or existing phone for a chat.
import { useState } from 'preact/hooks';
import type { DeviceType } from '@chatpush/client';
import { addPhone, newDevice, register, type Access, type Device } from '../service.ts';
import type { Session } from '../session.ts';
import type { State } from '../state.ts';
import { DEVICE_NAMES, shortToken } from '../words.ts';
import { registrationAsCode } from '../as-code.ts';
import { AccessFields } from './access-fields.tsx';
import { AsCode } from './as-code.tsx';

export interface RegisteringProps {
  state: State;
  /** Absent in development. */
  session: Session | undefined;
  access: Access;
  onAccess: (access: Access) => void;
  contactId: string;
  onContact: (contactId: string) => void;
}

const NEW_PHONES: Readonly<Record<DeviceType, string>> = {
  APNS: 'a new iPhone',
  APNS_SANDBOX: 'a new iPhone, development build',
  GCM: 'a new Android phone',
};

/** `APNS` for a phone known only by its token. */
const deviceTypeOf = (chosen: string): DeviceType => (chosen in NEW_PHONES ? (chosen as DeviceType) : 'APNS');

export function Register({ state, session, access, onAccess, contactId, onContact }: RegisteringProps) {
  const { hasService, phones } = state;
  const [chosen, setChosen] = useState('APNS');
  const [inFull, setInFull] = useState(true);
  const [outcome, setOutcome] = useState<{ said?: string; problem?: string }>({});

  const add = async (): Promise<string> => {
    const known = phones.find(({ deviceToken }) => deviceToken === chosen);
    const device: Device =
      known === undefined
        ? newDevice(chosen as DeviceType)
        : { deviceToken: known.deviceToken, deviceType: known.deviceType ?? 'APNS' };
    if (known === undefined) await addPhone(device);
    const name = `${DEVICE_NAMES[device.deviceType]} ${shortToken(device.deviceToken)}`;
    if (!hasService) return `${name} was added and waits for its first push.`;
    await register(access, device, contactId, inFull);
    return `${name} is registered for ${contactId}.`;
  };
  return (
    <section class="panel" aria-labelledby="register-title">
      <h2 id="register-title">{hasService ? 'Register a phone' : 'Add a phone'}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add().then(
            (said) => setOutcome({ said }),
            (error: Error) => setOutcome({ problem: error.message }),
          );
        }}
      >
        <label>
          Phone
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {Object.entries(NEW_PHONES).map(([deviceType, name]) => (
              <option key={deviceType} value={deviceType}>
                {name}
              </option>
            ))}
            {hasService &&
              phones.map(({ deviceToken, deviceType = 'APNS' }) => (
                <option key={deviceToken} value={deviceToken}>
                  {DEVICE_NAMES[deviceType]} {shortToken(deviceToken)}
                </option>
              ))}
          </select>
        </label>
        {hasService && (
          <>
            <label>
              Contact
              <input
                type="text"
                required
                maxLength={256}
                value={contactId}
                onInput={(event) => onContact(event.currentTarget.value)}
              />
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={inFull}
                onChange={(event) => setInFull(event.currentTarget.checked)}
              />
              Notifications show the message’s text
            </label>
            <AccessFields access={access} session={session} onAccess={onAccess} />
          </>
        )}
        <button type="submit" class="first">
          {hasService ? 'Register' : 'Add'}
        </button>
      </form>
      <p class="hint" role="status">
        {outcome.said}
      </p>
      {outcome.problem !== undefined && (
        <p class="problem" role="alert">
          {outcome.problem}
        </p>
      )}
      {hasService && (
        <AsCode
          what="registration"
          code={registrationAsCode({
            ...access,
            endpoint: location.origin,
            contactId,
            includeRawMessage: inFull,
            deviceType:
              phones.find(({ deviceToken }) => deviceToken === chosen)?.deviceType ?? deviceTypeOf(chosen),
            deviceToken: chosen in NEW_PHONES ? '<token of the app on the device>' : chosen,
          })}
        />
      )}
    </section>
  );
}
