// What APNs checks of a request before it looks at the device. Apple documents the reasons, not their order of
// precedence; ours is the order of the functions below.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
import type { IncomingHttpHeaders } from 'node:http2';
import { isJson } from '../notification.ts';
import { isHexadecimal } from '../phones.ts';
import type { Reason } from './reasons.ts';

/** Maximum payload in bytes, for VoIP and for everything else. */
const MOST_BYTES = { voip: 5120, other: 4096 } as const;
/** Bodies are kept up to this many bytes. */
export const KEPT_BYTES = MOST_BYTES.voip + 1;

/** The suffix that a push type adds to the bundle id in the topic. `undefined`: a different kind of topic. */
const TOPIC_SUFFIXES: Record<string, string | undefined> = {
  alert: '',
  background: '',
  complication: '.complication',
  controls: '.push-type.controls',
  fileprovider: '.pushkit.fileprovider',
  liveactivity: '.push-type.liveactivity',
  location: '.location-query',
  mdm: undefined,
  pushtotalk: '.voip-ptt',
  voip: '.voip',
  widgets: '.push-type.widgets',
};
const SUFFIXES = Object.values(TOPIC_SUFFIXES).filter(
  (suffix) => suffix !== undefined && suffix !== '',
) as string[];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TOPIC = /^[A-Za-z0-9.-]+$/;
const DEVICE_PATH = '/3/device/';

/** Apple's two environments: the first is for apps from the stores, the second for apps run from Xcode. */
export type Environment = 'production' | 'development';

/** The bundle id: the topic without the suffix of its push type. */
export function bundleIdOf(topic: string): string {
  const suffix = SUFFIXES.find((suffix) => topic.endsWith(suffix));
  return suffix === undefined ? topic : topic.slice(0, -suffix.length);
}

/** The device token in lower case, or what is wrong with method or path. */
export function routed(headers: IncomingHttpHeaders): { deviceToken: string } | Reason {
  const path = headers[':path'] ?? '';
  if (!path.startsWith(DEVICE_PATH)) return path === '/3/device' ? 'MissingDeviceToken' : 'BadPath';
  if (headers[':method'] !== 'POST') return 'MethodNotAllowed';
  const token = path.slice(DEVICE_PATH.length);
  if (token === '') return 'MissingDeviceToken';
  if (token.includes('/')) return 'BadPath';
  return isHexadecimal(token) ? { deviceToken: token.toLowerCase() } : 'BadDeviceToken';
}

/** Duplicated headers. `raw` is Node's flat list of names and values. */
export function duplicated(headers: IncomingHttpHeaders, raw: readonly string[]): boolean {
  if (Object.keys(headers).length * 2 === raw.length) return false;
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (seen.has(name) && (name === 'authorization' || name.startsWith('apns-'))) return true;
    seen.add(name);
  }
  return false;
}

/** What is wrong with the `apns-…` headers other than the topic. */
export function headerFault(headers: IncomingHttpHeaders): Reason | undefined {
  const id = headers['apns-id'];
  if (id !== undefined && !UUID.test(id as string)) return 'BadMessageId';
  const type = headers['apns-push-type'] as string | undefined;
  if (type !== undefined && !Object.hasOwn(TOPIC_SUFFIXES, type)) return 'InvalidPushType';
  const expiration = headers['apns-expiration'];
  if (expiration !== undefined && !/^\d{1,11}$/.test(expiration as string)) return 'BadExpirationDate';
  const priority = headers['apns-priority'];
  if (priority !== undefined && priority !== '10' && priority !== '5' && priority !== '1')
    return 'BadPriority';
  // Apple says that this combination is an error and documents no reason.
  if (type === 'background' && priority === '10') return 'BadPriority';
  const collapseId = headers['apns-collapse-id'] as string | undefined;
  if (collapseId !== undefined && Buffer.byteLength(collapseId) > 64) return 'BadCollapseId';
  return undefined;
}

/** Whether a topic is well-formed and fits its push type. */
export function topicFault(topic: string, type: string | undefined): Reason | undefined {
  if (!TOPIC.test(topic)) return 'BadTopic';
  const suffix = type === undefined ? undefined : TOPIC_SUFFIXES[type];
  if (suffix === undefined) return undefined;
  const fits = suffix === '' ? bundleIdOf(topic) === topic : topic.endsWith(suffix);
  return fits ? undefined : 'BadTopic';
}

/** What is wrong with a payload. `bytes` is the true length, even if the body was not kept whole. */
export function payloadFault(body: string, bytes: number, type: string | undefined): Reason | undefined {
  if (bytes === 0) return 'PayloadEmpty';
  if (bytes > (type === 'voip' ? MOST_BYTES.voip : MOST_BYTES.other)) return 'PayloadTooLarge';
  try {
    return isJson(JSON.parse(body)) ? undefined : 'BadRequestPayload';
  } catch {
    return 'BadRequestPayload';
  }
}
