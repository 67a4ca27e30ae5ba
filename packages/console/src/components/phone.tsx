// One phone, drawn as a phone, with the switches of its life below.
import type { Switch } from '../emulator-api.ts';
import type { PhoneOnPage } from '../phone.ts';
import { DEVICE_NAMES, hoursMinutes, shortToken } from '../words.ts';
import { LockScreen } from './lock-screen.tsx';

interface Props {
  phone: PhoneOnPage;
  nowMs: number;
  onSwitch: (phone: PhoneOnPage, how: Switch) => void;
  onOpen: (n: number) => void;
}

export function Phone({ phone, nowMs, onSwitch, onOpen }: Props) {
  const { deviceToken, deviceType = 'APNS', app, state, uninstalledAt, received } = phone;
  const name = `${DEVICE_NAMES[deviceType]} ${shortToken(deviceToken)}`;
  const isInstalled = uninstalledAt === undefined;
  return (
    <article class="phone-place" aria-label={name}>
      <div class="phone" data-kind={deviceType === 'GCM' ? 'android' : 'iphone'} data-state={state}>
        <LockScreen phone={phone} nowMs={nowMs} onOpen={onOpen} />
      </div>
      <h2>
        {DEVICE_NAMES[deviceType]} <code title={deviceToken}>{shortToken(deviceToken)}</code>
      </h2>
      <p class="about">
        {app ?? 'any app'}
        {!isInstalled && ` · uninstalled ${hoursMinutes(uninstalledAt)}`}
      </p>
      <div class="buttons">
        <button type="button" onClick={() => onSwitch(phone, state === 'on' ? 'switch-off' : 'switch-on')}>
          {state === 'on' ? 'Switch off' : 'Switch on'}
        </button>
        <button type="button" onClick={() => onSwitch(phone, isInstalled ? 'uninstall' : 'reinstall')}>
          {isInstalled ? 'Uninstall' : 'Reinstall'}
        </button>
        <button type="button" disabled={received === 0} onClick={() => onOpen(received)}>
          {received} received
        </button>
      </div>
    </article>
  );
}
