// One phone, with its lock screen and the buttons that switch it off or uninstall its app.
import type { Switch } from '../emulator-api.ts';
import { useCallback } from 'preact/hooks';
import type { PhoneOnPage } from '../phone.ts';
import { skipEqual } from '../skip-equal.tsx';
import { DEVICE_NAMES, hoursMinutes, shortToken } from '../words.ts';
import { LockScreen } from './lock-screen.tsx';

interface Props {
  phone: PhoneOnPage;
  nowMs: number;
  onSwitch: (phone: PhoneOnPage, how: Switch) => void;
  onOpen: (deviceToken: string, n: number) => void;
}

export const Phone = skipEqual(function Phone({ phone, nowMs, onSwitch, onOpen }: Props) {
  const { deviceToken, deviceType = 'APNS', app, state, uninstalledAt, received } = phone;
  const name = `${DEVICE_NAMES[deviceType]} ${shortToken(deviceToken)}`;
  const openOne = useCallback((n: number) => onOpen(deviceToken, n), [deviceToken, onOpen]);
  const isInstalled = uninstalledAt === undefined;
  return (
    <article class="phone-place" aria-label={name}>
      <div class="phone" data-kind={deviceType === 'GCM' ? 'android' : 'iphone'} data-state={state}>
        <LockScreen phone={phone} nowMs={nowMs} onOpen={openOne} />
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
        <button type="button" disabled={received === 0} onClick={() => onOpen(deviceToken, received)}>
          {received} received
        </button>
      </div>
    </article>
  );
});
