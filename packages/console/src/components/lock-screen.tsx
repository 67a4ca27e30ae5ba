// The phone's lock screen: the time and the notifications.
import { skipEqual } from '../skip-equal.tsx';
import type { PhoneOnPage, ShownOnPage } from '../phone.ts';
import { ago, duration, extrasInWords, hoursMinutes } from '../words.ts';

/** More than anyone scrolls through; older ones are only counted. */
const DRAWN_NOTIFICATIONS = 30;

const DATE = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

interface Props {
  phone: PhoneOnPage;
  nowMs: number;
  /** Absent: the notifications cannot be opened. */
  onOpen?: (n: number) => void;
}

export function LockScreen({ phone, nowMs, onOpen }: Props) {
  const { shown = [], silent, state, uninstalledAt } = phone;
  const hidden = shown.length - DRAWN_NOTIFICATIONS;
  if (state === 'off') {
    return (
      <div class="screen">
        <p class="dark">Off</p>
      </div>
    );
  }
  return (
    <div class="screen" style={{ '--hue': hueOf(phone.deviceToken) }}>
      <p class="status-bar" aria-hidden="true">
        <span>{hoursMinutes(nowMs)}</span>
        <span class="signal" />
      </p>
      <p class="clock" aria-hidden="true">
        <time>{hoursMinutes(nowMs)}</time>
        <span>{DATE.format(nowMs)}</span>
      </p>
      {uninstalledAt === undefined ? (
        <ol class="cards" aria-label="Notifications">
          {shown.slice(0, DRAWN_NOTIFICATIONS).map((one) => (
            <li key={`${one.app} ${one.collapseId ?? one.n}`}>
              <Card shown={one} nowMs={nowMs} onOpen={onOpen} />
            </li>
          ))}
          {hidden > 0 && <li class="hidden-cards">and {hidden} older</li>}
          {silent !== undefined && (
            <li>
              <button type="button" class="silent" onClick={() => onOpen?.(silent.n)}>
                {silent.count === 1 ? '1 silent push' : `${silent.count} silent pushes`},{' '}
                {ago(silent.receivedAt, nowMs)}
              </button>
            </li>
          )}
        </ol>
      ) : (
        <p class="uninstalled">The app is uninstalled. The gateway refuses pushes with {refusalOf(phone)}.</p>
      )}
    </div>
  );
}

const refusalOf = ({ deviceType }: PhoneOnPage): string =>
  deviceType === 'GCM' ? '404 UNREGISTERED' : '410 Unregistered';

interface CardProps {
  shown: ShownOnPage;
  nowMs: number;
  onOpen: ((n: number) => void) | undefined;
}

const Card = skipEqual(function Card({ shown, nowMs, onOpen }: CardProps) {
  const { n, app, title, subtitle, body, shownAt, litAfterMs, merged, extras } = shown;
  const content = (
    <>
      <span class="card-head">
        <span class="app-icon" aria-hidden="true">
          {initialOf(app)}
        </span>
        <span class="app-name">{app}</span>
        {merged > 1 && <span class="merged">{merged} merged</span>}
        <span class="when">{ago(shownAt, nowMs)}</span>
      </span>
      {title !== undefined && <strong dir="auto">{title}</strong>}
      {subtitle !== undefined && <em dir="auto">{subtitle}</em>}
      {body !== undefined && (
        <span class="body" dir="auto">
          {body}
        </span>
      )}
      {extras !== undefined && (
        <span class="extras">
          {extrasInWords(extras).map((one) => (
            <span key={one}>{one}</span>
          ))}
        </span>
      )}
      {litAfterMs !== undefined && <span class="lit">{duration(litAfterMs)} after acceptance</span>}
    </>
  );
  return onOpen === undefined ? (
    <div class="card">{content}</div>
  ) : (
    <button type="button" class="card" onClick={() => onOpen(n)}>
      {content}
    </button>
  );
});

/** A bundle id begins with a domain; its last part names the app. */
const initialOf = (app: string): string => (app.split(/[.-]/).at(-1) ?? '').slice(0, 1).toUpperCase();

/** A stable wallpaper per phone, chosen by the FNV-1a hash of its token. */
function hueOf(token: string): number {
  let hash = 2_166_136_261;
  for (const character of token) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  return hash % 360;
}
