// The settings of an application: its texts and look, and the credentials of its channels. Part of the table in settings.ts.
import {
  authoritiesFault,
  certificateFault,
  privateKeyFault,
  serviceAccountFault,
  tenCharacters,
} from './credentials.ts';
import type { ObjectSetting } from './setting.ts';

const GATEWAY = 'The real gateway, or an emulated one. Always stated, never guessed.';
const CA = {
  kind: 'contents',
  secret: false,
  hint: 'certificates of authorities in PEM',
  check: authoritiesFault,
  means:
    'Certificate authorities to trust for this gateway instead of the built-in list, for networks that intercept TLS.',
} as const;
const URL_OVERRIDE = {
  kind: 'text',
  hint: 'an https URL without a path, such as "https://10.0.0.5:8443"',
  pattern: /^https:\/\/[^/?#@]+\/?$/,
  means: "Address to use instead of the gateway's own: an external emulator or a relay.",
} as const;

const PORT = {
  kind: 'choice',
  of: [443, 2197],
  default: 443,
  means: 'Apple also answers on 2197. Use it if a firewall blocks 443.',
} as const;

/**
 * Gateways accept 4,096 bytes, and each of these settings is part of every payload, besides what only the caller
 * decides: the ids of contact and message (256 characters each, so 1,024 bytes in UTF-8), the first once more in
 * `thread-id`, and the content type (100, so 400). With the keys that is 3,680 bytes; three settings of 100 leave a
 * hundred for the text.
 */
const MAX_LOOK_BYTES = 100;

const APNS = {
  kind: 'object',
  means: 'Apple. Either `keyId`, `teamId` and `privateKey`, or `certificate` and `privateKey`.',
  members: {
    gateway: { kind: 'choice', of: ['apns', 'emulated'], required: true, means: GATEWAY },
    topic: {
      kind: 'text',
      hint: 'the bundle id of the app, such as "com.example.chat"',
      pattern: /^[\w.-]{1,255}$/,
      means: 'Bundle id of the app.',
    },
    keyId: {
      kind: 'text',
      hint: 'the 10 characters of the key id',
      check: tenCharacters('key id'),
      means: 'Id of the APNs key: 10 characters, part of the name of the `.p8` file.',
    },
    teamId: {
      kind: 'text',
      hint: 'the 10 characters of the team id',
      check: tenCharacters('team id'),
      means: "Id of the team: 10 characters, on Apple's membership page.",
    },
    privateKey: {
      kind: 'contents',
      secret: true,
      hint: 'the contents of the .p8 file',
      check: privateKeyFault,
      means: 'The `.p8` file, or the private key of the certificate, in PEM without a password.',
    },
    certificate: {
      kind: 'contents',
      secret: false,
      hint: "Apple's certificate in PEM",
      check: certificateFault,
      means:
        "Apple's push certificate in PEM, if you use a certificate instead of a key. The metric `chatpush_certificate_expires_timestamp_seconds` shows when it expires.",
    },
    port: PORT,
    url: URL_OVERRIDE,
    ca: CA,
  },
} as const satisfies ObjectSetting;

const GCM = {
  kind: 'object',
  means: 'Google.',
  members: {
    gateway: { kind: 'choice', of: ['fcm', 'emulated'], required: true, means: GATEWAY },
    serviceAccount: {
      kind: 'contents',
      secret: true,
      hint: 'the service account file that Firebase gave you',
      check: serviceAccountFault,
      means:
        'The complete JSON file of the service account: Firebase console, Project settings, Service accounts, Generate new private key.',
    },
    url: URL_OVERRIDE,
    ca: CA,
  },
} as const satisfies ObjectSetting;

/** Where the gateways are, for applications set up over the API; those of the file say it per channel. */
export const GATEWAYS = {
  kind: 'object',
  means:
    "Addresses of the gateways for applications that are set up over [Pinpoint's API](pinpoint.md), if you use a relay, your own certificate authority or another port. Default: Apple's and Google's own addresses.",
  members: {
    APNS: { kind: 'object', means: 'Apple.', members: { port: PORT, url: URL_OVERRIDE, ca: CA } },
    APNS_SANDBOX: {
      kind: 'object',
      means: "Apple's sandbox.",
      members: { port: PORT, url: URL_OVERRIDE, ca: CA },
    },
    GCM: { kind: 'object', means: 'Google.', members: { url: URL_OVERRIDE, ca: CA } },
  },
} as const satisfies ObjectSetting;

export const APPLICATION = {
  kind: 'object',
  means: 'A push app, to which registrations refer.',
  members: {
    arn: {
      kind: 'text',
      required: true,
      hint: 'an application ARN such as "arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support"',
      pattern: /^arn:[\w-]+:mobiletargeting:[\w-]*:[\w-]*:apps\/[\w.~-]+$/,
      means: 'The `PinpointAppArn` of registrations. Any ARN of this form; it need not exist at Amazon.',
    },
    genericText: {
      kind: 'text',
      hint: 'a short text',
      default: 'You have a new message',
      means: 'What the phone shows if the message itself must not or cannot be shown.',
    },
    attachmentText: {
      kind: 'text',
      hint: 'a short text with {name} in it',
      pattern: /\{name\}/,
      default: 'sent a file: {name}',
      means: 'What the phone shows for an attachment; `{name}` is replaced by the file name.',
    },
    title: {
      kind: 'text',
      hint: 'a short text, such as "{displayName}"',
      maxBytes: MAX_LOOK_BYTES,
      means:
        "Title of the notification; `{displayName}` is replaced by the author's name. By default there is no title, as with Amazon.",
    },
    sound: {
      kind: 'text',
      hint: '"default" or the name of a sound in the app',
      maxBytes: MAX_LOOK_BYTES,
      means:
        'Sound of the notification; by default, no sound. On Android it needs `fcmMessage` `notification` and has an effect only before Android 8; since then the notification channel decides.',
    },
    category: {
      kind: 'text',
      hint: 'the id of a category',
      maxBytes: MAX_LOOK_BYTES,
      means: 'iOS: category, for action buttons.',
    },
    threadId: {
      kind: 'text',
      hint: 'a text with {contactId} in it at most once, such as "{contactId}"',
      pattern: /^(?![\s\S]*\{contactId\}[\s\S]*\{contactId\})/,
      maxBytes: MAX_LOOK_BYTES,
      means: 'iOS: group of the notification; one `{contactId}` is replaced by the initial contact id.',
    },
    androidChannelId: {
      kind: 'text',
      hint: 'the id of a notification channel of the app',
      maxBytes: MAX_LOOK_BYTES,
      means: 'Android notification channel; needs `fcmMessage` `notification`.',
    },
    fcmMessage: {
      kind: 'choice',
      of: ['data', 'notification'],
      default: 'data',
      means:
        "`data`: the app shows the notification itself, as Amazon's samples do, and can drop duplicates. `notification`: Android shows it while the app is in the background.",
    },
    priority: {
      kind: 'choice',
      of: ['high', 'normal'],
      default: 'high',
      means: '`normal` lets the phone wait until it wakes up: APNs priority 5, FCM priority NORMAL.',
    },
    ttlMinutes: {
      kind: 'integer',
      least: 1,
      most: 10_080,
      default: 720,
      means: 'Minutes after the time of the message at which its notification expires.',
    },
    channels: {
      kind: 'object',
      means: 'The kinds of devices this application reaches.',
      members: {
        APNS: { ...APNS, means: `Builds from the App Store and TestFlight. ${APNS.means}` },
        APNS_SANDBOX: { ...APNS, means: `Builds run from Xcode. ${APNS.means}` },
        GCM: { ...GCM, means: 'Android.' },
      },
    },
  },
} as const satisfies ObjectSetting;
