// Which device a token names. APNS and APNS_SANDBOX are two gateways of one platform: a debug build and a store build of an
// app on the same phone; and iOS prints tokens as hexadecimal digits in either case.
import type { DeviceType } from './document.ts';

export type Platform = 'apns' | 'fcm';

export const platformOf = (deviceType: DeviceType): Platform => (deviceType === 'GCM' ? 'fcm' : 'apns');

const HEX = /^[0-9a-f]+$/i;

/** The token as it is kept and compared: hexadecimal APNs tokens in lower case, all others untouched. */
export const normalToken = (deviceType: DeviceType, deviceToken: string): string =>
  deviceType !== 'GCM' && HEX.test(deviceToken) ? deviceToken.toLowerCase() : deviceToken;

/** A text equal for two registrations of one device, and for no others. */
export const deviceKey = (of: { readonly deviceType: DeviceType; readonly deviceToken: string }): string =>
  `${platformOf(of.deviceType)}:${normalToken(of.deviceType, of.deviceToken)}`;
