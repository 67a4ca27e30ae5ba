// Texts that are never FCM registration tokens, and that senders pass as such by mistake.

/** Registration tokens are made of these. `ExponentPushToken[…]` has others. */
const CHARACTERS = /^[\w:-]+$/;
/** APNs device tokens as apps print them: 32 bytes or more in hexadecimal. A registration token of 64 such characters does not occur. */
const APNS_TOKEN = /^(?:[0-9a-f]{2}){32,}$/i;
/** What is left where a variable held nothing. */
const NOTHING: ReadonlySet<string> = new Set(['null', 'undefined', 'nil', 'None']);

/** Whether FCM answers that it is not a valid registration token, whichever phones there are. */
export const isForeign = (token: string): boolean =>
  !CHARACTERS.test(token) || APNS_TOKEN.test(token) || NOTHING.has(token);
