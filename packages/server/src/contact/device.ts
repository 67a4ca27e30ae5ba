// Which device a token identifies. APNS and APNS_SANDBOX are two gateways of one platform: a debug build and a
// store build of an app may run on the same phone. iOS apps print tokens as hexadecimal digits in either case.
import type { DeviceType } from './document.ts';

export type Platform = 'apns' | 'fcm';

export const platformOf = (deviceType: DeviceType): Platform => (deviceType === 'GCM' ? 'fcm' : 'apns');

const HEX = /^[0-9a-f]+$/i;

/** The token as it is stored and compared: hexadecimal APNs tokens in lower case, all others unchanged. */
export const normalToken = (deviceType: DeviceType, deviceToken: string): string =>
  deviceType !== 'GCM' && HEX.test(deviceToken) ? deviceToken.toLowerCase() : deviceToken;

/** A key that is equal for two registrations exactly when they name the same device. */
export const deviceKey = (of: { readonly deviceType: DeviceType; readonly deviceToken: string }): string =>
  `${platformOf(of.deviceType)}:${normalToken(of.deviceType, of.deviceToken)}`;
