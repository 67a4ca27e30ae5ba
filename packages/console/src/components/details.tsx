// One accepted request, with payload and headers, in a dialog that Esc closes.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Notification } from '@chatpush/emulator';
import { notificationPath, readNotification } from '../emulator-api.ts';
import type { PhoneOnPage } from '../phone.ts';
import { clockTime, DEVICE_NAMES, duration, GATEWAY_NAMES, shortToken } from '../words.ts';
import { CopyButton } from './copy-button.tsx';
import { Json } from './json.tsx';
import { Tabs } from './tabs.tsx';

export interface Opened {
  deviceToken: string;
  n: number;
}

interface Props {
  opened: Opened;
  /** Absent once the phone is forgotten. */
  phone: PhoneOnPage | undefined;
  onMove: (n: number) => void;
  onClose: () => void;
}

export function Details({ opened, phone, onMove, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { notification, problem } = useNotification(opened);
  useEffect(() => dialog.current?.showModal(), []);

  const { deviceToken, n } = opened;
  const received = Math.max(phone?.received ?? 0, n);
  const device = phone?.deviceType === undefined ? 'Phone' : DEVICE_NAMES[phone.deviceType];
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-labelledby="details-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="details-body">
        <div class="details-head">
          <h2 id="details-title">
            Notification {n} <span>of {received}</span>
          </h2>
          <button type="button" aria-label="Older" disabled={n <= 1} onClick={() => onMove(n - 1)}>
            ‹
          </button>
          <button type="button" aria-label="Newer" disabled={n >= received} onClick={() => onMove(n + 1)}>
            ›
          </button>
          <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
            ✕
          </button>
        </div>
        <p class="about">
          {device} <code>{shortToken(deviceToken)}</code> <CopyButton text={deviceToken} what="token" />
        </p>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {notification !== undefined && <Request opened={opened} notification={notification} phone={phone} />}
      </div>
    </dialog>
  );
}

function Request({
  opened,
  notification,
  phone,
}: Pick<Props, 'opened' | 'phone'> & { notification: Notification }) {
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
        <dt>Lit up</dt>
        <dd>{litUp(shown, receivedAt)}</dd>
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
          {
            name: 'Headers',
            content: (
              <table class="headers">
                <tbody>
                  {Object.entries(headers).map(([name, value]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>{value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            ),
          },
        ]}
      />
    </>
  );
}

function litUp(shown: { shownAt: number; litAfterMs?: number } | undefined, receivedAt: number): string {
  if (shown === undefined) return 'not on the lock screen: merged, stored, gone, or nothing to see';
  const waitedMs = shown.shownAt - receivedAt;
  if (waitedMs > 0) return `${duration(waitedMs)} after acceptance: the phone was off`;
  return shown.litAfterMs === undefined ? 'at once' : `here ${duration(shown.litAfterMs)} after acceptance`;
}

function useNotification({ deviceToken, n }: Opened): { notification?: Notification; problem?: string } {
  const [answer, setAnswer] = useState<{ notification?: Notification; problem?: string }>({});
  useEffect(() => {
    let isCurrent = true;
    readNotification(deviceToken, n).then(
      (notification) => isCurrent && setAnswer({ notification }),
      (error: Error) => isCurrent && setAnswer({ problem: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [deviceToken, n]);
  return answer;
}
