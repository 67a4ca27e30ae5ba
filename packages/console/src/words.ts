// How the page formats names, times and rules. Pure.
import type { AppliedRule, DeviceType, FaultGateway, FaultKind } from '@chatpush/emulator';
import type { Extras } from '@chatpush/emulator/screen';

export const GATEWAY_NAMES: Readonly<Record<FaultGateway, string>> = {
  apns: 'APNs',
  'apns-sandbox': 'APNs sandbox',
  fcm: 'FCM',
  oauth: 'FCM token endpoint',
};

export const DEVICE_NAMES: Readonly<Record<DeviceType, string>> = {
  APNS: 'iPhone',
  APNS_SANDBOX: 'iPhone (sandbox)',
  GCM: 'Android',
};

/** Enough of a device token to distinguish phones. */
export const shortToken = (token: string): string =>
  token.length <= 14 ? token : `${token.slice(0, 8)}…${token.slice(-4)}`;

const two = (value: number): string => String(value).padStart(2, '0');

/** `19:38`, in the reader's time zone, like all times on the page. */
export function hoursMinutes(timeMs: number): string {
  const time = new Date(timeMs);
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `19:38:07.042` */
export function clockTime(timeMs: number): string {
  const time = new Date(timeMs);
  const ms = String(time.getMilliseconds()).padStart(3, '0');
  return `${hoursMinutes(timeMs)}:${two(time.getSeconds())}.${ms}`;
}

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `29 Nov 19:38:07.042`, of a time in ISO 8601. */
export const dateTime = (iso: string): string =>
  `${DATE.format(Date.parse(iso))} ${clockTime(Date.parse(iso))}`;

/** As on lock screens: `now`, `5 min ago`, then the time of day. */
export function ago(timeMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - timeMs) / 60_000);
  return minutes < 1 ? 'now' : minutes < 60 ? `${minutes} min ago` : hoursMinutes(timeMs);
}

/** `4 ms`, `1.3 s`, `5 min` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/** What a notification contains besides its texts: `badge 3`, `sound ping.caf`. */
export const extrasInWords = (extras: Extras): string[] =>
  Object.entries(extras).map(([name, value]) => `${name} ${value}`);

/** Members of a rule that are not shown by name. */
const SAID = new Set(['gateway', 'fault', 'applied', 'times', 'probability', 'deviceToken']);

/** `status 503, Retry-After …`: the parameters of a rule that differ from the fault's defaults. */
export function parametersOf(rule: AppliedRule, kind: FaultKind | undefined): string {
  return Object.entries(rule)
    .filter(([name]) => !SAID.has(name))
    .filter(([name, value]) => {
      const parameter = kind?.parameters[name];
      return !(parameter !== undefined && 'default' in parameter && parameter.default === value);
    })
    .map(([name, value]) => (value === true ? name : `${name} ${String(value)}`))
    .join(', ');
}

/** `every request`, `2 times`, `20 % of requests` */
export function oftenOf({ times, probability }: AppliedRule): string {
  const counted = times === undefined ? undefined : times === 1 ? 'once' : `${times} times`;
  if (probability === undefined || probability === 1) return counted ?? 'every request';
  const share = `${Number((probability * 100).toPrecision(3))} % of requests`;
  return counted === undefined ? share : `${share}, ${counted}`;
}

/** Whether a rule has used up its count. */
export const isSpent = ({ times, applied }: AppliedRule): boolean => times !== undefined && applied >= times;

/** The last part of an application's ARN. */
export const applicationName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
