// An accepted request with its payload and headers.
import type { Notification } from '@chatpush/emulator';
import { hrefOf } from '../address.ts';
import { notificationPath, readNotification } from '../emulator-api.ts';
import { contactOf } from '../payload.ts';
import type { PhoneOnPage } from '../phone.ts';
import { useAnswer } from '../use-answer.ts';
import { clockTime, DEVICE_NAMES, duration, GATEWAY_NAMES, shortToken } from '../words.ts';
import { CopyButton } from './copy-button.tsx';
import { Drawer } from './drawer.tsx';
import { HeaderFields } from './header-fields.tsx';
import { Json } from './json.tsx';
import { Tabs } from './tabs.tsx';

export interface Opened {
  deviceToken: string;
  n: number;
}

interface Props {
  opened: Opened;
  /** Absent after the phone was removed. */
  phone: PhoneOnPage | undefined;
  hasService: boolean;
  onMove: (n: number) => void;
  onClose: () => void;
}

export function Details({ opened, phone, hasService, onMove, onClose }: Props) {
  const { deviceToken, n } = opened;
  const { answer: notification, problem } = useAnswer(
    () => readNotification(deviceToken, n),
    [deviceToken, n],
  );
  const received = Math.max(phone?.received ?? 0, n);
  const device = phone?.deviceType === undefined ? 'Phone' : DEVICE_NAMES[phone.deviceType];
  const buttons = (
    <>
      <button type="button" aria-label="Older" disabled={n <= 1} onClick={() => onMove(n - 1)}>
        ‹
      </button>
      <button type="button" aria-label="Newer" disabled={n >= received} onClick={() => onMove(n + 1)}>
        ›
      </button>
    </>
  );
  return (
    <Drawer
      title={
        <>
          Notification {n} <span>of {received}</span>
        </>
      }
      buttons={buttons}
      onClose={onClose}
    >
      <p class="about">
        {device} <code>{shortToken(deviceToken)}</code> <CopyButton text={deviceToken} what="token" />
      </p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {notification !== undefined && (
        <Request
          {...{
            opened,
            notification,
            phone,
            contactId: hasService ? contactOf(notification.payload) : undefined,
          }}
        />
      )}
    </Drawer>
  );
}

function Request({
  opened,
  notification,
  phone,
  contactId,
}: Pick<Props, 'opened' | 'phone'> & { notification: Notification; contactId: string | undefined }) {
  const { gateway, receivedAt, app, payload, headers, n } = notification;
  const shown = phone?.shown?.find((one) => one.n === n);
  const text = JSON.stringify(payload, undefined, 2);
  const bytes = new TextEncoder().encode(JSON.stringify(payload)).length;
  return (
    <>
      <dl>
        <dt>Gateway</dt>
        <dd>
          {GATEWAY_NAMES[gateway]}, {app}
        </dd>
        <dt>Accepted</dt>
        <dd>{clockTime(receivedAt)}</dd>
        <dt>Shown</dt>
        <dd>{litUp(shown, receivedAt)}</dd>
        {contactId !== undefined && (
          <>
            <dt>Contact</dt>
            <dd>
              <a href={hrefOf({ view: 'contacts', contactId })}>{contactId}</a>
            </dd>
          </>
        )}
      </dl>
      <Tabs
        label="Parts of the request"
        tabs={[
          {
            name: 'Payload',
            content: (
              <>
                <Json value={payload} />
                <p class="under">
                  {bytes.toLocaleString('en')} bytes <CopyButton text={text} what="payload" />
                  {gateway !== 'fcm' && (
                    <a href={`${notificationPath(opened.deviceToken, n)}.apns`} download>
                      Xcode file (.apns)
                    </a>
                  )}
                </p>
              </>
            ),
          },
          { name: 'Headers', content: <HeaderFields headers={headers} /> },
        ]}
      />
    </>
  );
}

function litUp(shown: { shownAt: number; litAfterMs?: number } | undefined, receivedAt: number): string {
  if (shown === undefined) return 'not on the lock screen: merged, stored by the gateway, removed or silent';
  const waitedMs = shown.shownAt - receivedAt;
  if (waitedMs > 0) return `${duration(waitedMs)} after acceptance, because the phone was off`;
  return shown.litAfterMs === undefined ? 'immediately' : `${duration(shown.litAfterMs)} after acceptance`;
}
