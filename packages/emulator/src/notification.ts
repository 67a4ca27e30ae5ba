// One accepted request, as its phone received it.
import type { IncomingHttpHeaders } from 'node:http2';

/** The three gateways: APNs production, APNs development, FCM. */
export type Gateway = 'apns' | 'apns-sandbox' | 'fcm';

/** Its DeviceType in CreatePushNotificationRegistration. */
export type DeviceType = 'APNS' | 'APNS_SANDBOX' | 'GCM';

export const DEVICE_TYPES: Record<Gateway, DeviceType> = {
  apns: 'APNS',
  'apns-sandbox': 'APNS_SANDBOX',
  fcm: 'GCM',
};

/** A JSON object. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Notification {
  /** Counts from 1 per phone and is never reused. */
  n: number;
  /** Milliseconds since 1970. */
  receivedAt: number;
  gateway: Gateway;
  /** The APNs topic (bundle id with its suffix) or the Firebase project. */
  app: string;
  /** The request's headers without `authorization`. */
  headers: Readonly<Record<string, string>>;
  /** The request's body: for FCM the whole of `{"message": …}`. */
  payload: Json;
}

/** The headers to keep of a request: all except pseudo-headers and the credential. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (name.charCodeAt(0) === 58 || name === 'authorization' || value === undefined) continue;
    kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}
