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
    'Authorities to trust at this gateway instead of the built-in list: for networks that look into TLS.',
} as const;
const URL_OVERRIDE = {
  kind: 'text',
  hint: 'an https URL without a path, such as "https://10.0.0.5:8443"',
  pattern: /^https:\/\/[^/?#@]+\/?$/,
  means: 'Something that speaks like the gateway, used in its place: an emulator elsewhere, a relay.',
} as const;

const PORT = {
  kind: 'choice',
  of: [443, 2197],
  default: 443,
  means: 'Apple answers on 2197 as well, for firewalls that let nothing else through.',
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
        "Apple's push certificate in PEM, where a certificate is used instead of a key. Its end is in the metric `chatpush_certificate_expires_timestamp_seconds`.",
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
        "The service account's JSON file, whole: Firebase console, Project settings, Service accounts, Generate new private key.",
    },
    url: URL_OVERRIDE,
    ca: CA,
  },
} as const satisfies ObjectSetting;

/** Where the gateways are, for applications set up over the API; those of the file say it per channel. */
export const GATEWAYS = {
  kind: 'object',
  means:
    "Where the gateways are for applications that are set up over [Pinpoint's API](pinpoint.md): at a relay, behind an authority of your own, on another port. Absent: at Apple's and Google's own addresses.",
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
  means: 'A push app, as registrations name it.',
  members: {
    arn: {
      kind: 'text',
      required: true,
      hint: 'an application ARN such as "arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support"',
      pattern: /^arn:[\w-]+:mobiletargeting:[\w-]*:[\w-]*:apps\/[\w.~-]+$/,
      means: 'The `PinpointAppArn` of registrations. Any ARN of this form will do; Amazon is not asked.',
    },
    genericText: {
      kind: 'text',
      hint: 'a short text',
      default: 'You have a new message',
      means: 'What the phone shows where the message itself must not or cannot be shown.',
    },
    attachmentText: {
      kind: 'text',
      hint: 'a short text with {name} in it',
      pattern: /\{name\}/,
      default: 'sent a file: {name}',
      means: 'What the phone shows for an attachment; `{name}` stands for the name of the file.',
    },
    title: {
      kind: 'text',
      hint: 'a short text, such as "{displayName}"',
      maxBytes: MAX_LOOK_BYTES,
      means:
        'Title of the notification; `{displayName}` stands for the name of who wrote. None when absent, as with Amazon.',
    },
    sound: {
      kind: 'text',
      hint: '"default" or the name of a sound in the app',
      maxBytes: MAX_LOOK_BYTES,
      means:
        'Sound of the notification; none when absent. On Android only with `fcmMessage` `notification`, and only before Android 8, whose channels decide.',
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
      means: 'iOS: group of the notification; `{contactId}` stands, once, for the initial contact id.',
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
        "`data`: the app shows it itself, as Amazon's samples do, and can leave out repeats. `notification`: Android shows it while the app is in the background.",
    },
    priority: {
      kind: 'choice',
      of: ['high', 'normal'],
      default: 'high',
      means: '`normal` lets the phone wait until it is awake: APNs 5, FCM NORMAL.',
    },
    ttlMinutes: {
      kind: 'integer',
      least: 1,
      most: 10_080,
      default: 720,
      means: "Minutes from the message's own time after which nobody wants its notification any more.",
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
