// Strings that are never FCM registration tokens but that senders pass by mistake.

/** The characters of registration tokens. `ExponentPushToken[…]` contains others. */
const CHARACTERS = /^[\w:-]+$/;
/**
 * APNs device tokens as apps print them: 32 bytes or more in hexadecimal. No registration token consists of 64 hexadecimal
 * characters.
 */
const APNS_TOKEN = /^(?:[0-9a-f]{2}){32,}$/i;
/** What an empty variable turns into. */
const NOTHING: ReadonlySet<string> = new Set(['null', 'undefined', 'nil', 'None']);

/** Whether FCM rejects the string as an invalid registration token, no matter which phones exist. */
export const isForeign = (token: string): boolean =>
  !CHARACTERS.test(token) || APNS_TOKEN.test(token) || NOTHING.has(token);
