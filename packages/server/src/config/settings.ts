// Every setting there is: name, what it may hold, its default, what it means. The reader, docs/settings.md and
// docs/settings.schema.json follow from this table.
import { certificateFault, privateKeyFault, serviceAccountFault, tenCharacters } from './credentials.ts';
import { bearerSecretFault, networkFault } from './callers.ts';
import type { ObjectSetting } from './setting.ts';

const GATEWAY = 'The real gateway, or an emulated one. Always stated, never guessed.';
const CA = {
  kind: 'contents',
  secret: false,
  hint: 'certificates of authorities in PEM',
  check: certificateFault,
  means:
    'Authorities to trust at this gateway instead of the built-in list: for networks that look into TLS.',
} as const;
const URL_OVERRIDE = {
  kind: 'text',
  hint: 'an https URL without a path, such as "https://10.0.0.5:8443"',
  pattern: /^https:\/\/[^/?#@]+\/?$/,
  means: 'Something that speaks like the gateway, used in its place: an emulator elsewhere, a relay.',
} as const;

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
    port: {
      kind: 'choice',
      of: [443, 2197],
      default: 443,
      means: 'Apple answers on 2197 as well, for firewalls that let nothing else through.',
    },
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

const APPLICATION = {
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
    sound: {
      kind: 'text',
      hint: '"default" or the name of a sound in the app',
      means:
        'Sound of the notification; none when absent. On Android only with `fcmMessage` `notification`, and only before Android 8, whose channels decide.',
    },
    category: { kind: 'text', hint: 'the id of a category', means: 'iOS: category, for action buttons.' },
    threadId: {
      kind: 'text',
      hint: 'a text, such as "{contactId}"',
      means: 'iOS: group of the notification; `{contactId}` stands for the initial contact id.',
    },
    androidChannelId: {
      kind: 'text',
      hint: 'the id of a notification channel of the app',
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

export const SETTINGS = {
  kind: 'object',
  required: true,
  means: 'The settings of chatpush.',
  members: {
    $schema: { kind: 'text', hint: 'the address of the JSON Schema', means: 'For editors.' },
    accessKeys: {
      kind: 'list',
      required: true,
      means: 'Who may call.',
      of: {
        kind: 'object',
        means: 'A key that signs calls.',
        members: {
          id: {
            kind: 'text',
            required: true,
            hint: 'the access key id, at most 128 letters and digits',
            pattern: /^\w{1,128}$/,
            means: 'The access key id.',
          },
          secret: {
            kind: 'contents',
            secret: true,
            required: true,
            hint: 'the secret access key',
            means: 'The secret access key.',
          },
          instances: {
            kind: 'list',
            required: true,
            word: 'all',
            of: { kind: 'text', hint: 'the id of an instance', means: 'An instance id.' },
            means: 'Ids of the instances that calls with this key may name, or `"all"`.',
          },
        },
      },
    },
    bearerKeys: {
      kind: 'list',
      means:
        "Keys for callers without an AWS SDK, as `Authorization: Bearer`, to chatpush's own operations. They travel, so they are taken only on loopback and from `trustedProxies`.",
      of: {
        kind: 'object',
        means: 'A key for one instance and one purpose.',
        members: {
          id: {
            kind: 'text',
            required: true,
            hint: 'a name for logs, at most 128 letters and digits',
            pattern: /^\w{1,128}$/,
            means: 'Its name in logs.',
          },
          secret: {
            kind: 'contents',
            secret: true,
            required: true,
            hint: 'at least 20 random characters, such as "openssl rand -hex 32" gives',
            check: bearerSecretFault,
            means: 'What callers send.',
          },
          instance: {
            kind: 'text',
            required: true,
            hint: 'the id of an instance, at most 100 characters',
            pattern: /^.{1,100}$/,
            means: 'The one instance it is for.',
          },
          right: {
            kind: 'choice',
            of: ['intake', 'reading'],
            required: true,
            means: '`intake`: PutChatEvents. `reading`: the lists of registrations and of deliveries.',
          },
        },
      },
    },
    allowedHosts: {
      kind: 'list',
      of: {
        kind: 'text',
        hint: 'a host name without a port, such as "push.example.com"',
        pattern: /^[a-z0-9.-]{1,253}$/,
        means: 'A host name, in small letters.',
      },
      means:
        'Names under which a reverse proxy on this machine is called. What listens on loopback refuses all others, because any page in a browser could point its own name there.',
    },
    trustedProxies: {
      kind: 'list',
      of: {
        kind: 'text',
        hint: 'an address or a network, such as "10.0.0.0/8"',
        check: networkFault,
        means: 'An address or a network.',
      },
      means:
        'Proxies that speak TLS with callers and say so by `X-Forwarded-Proto: https`. Bearer keys that come through others are refused.',
    },
    sources: {
      kind: 'object',
      means: 'Where chat events come from besides PutChatEvents.',
      members: {
        sns: {
          kind: 'list',
          means: "Topics of Amazon Connect's message streaming, subscribed to `POST /sources/sns`.",
          of: {
            kind: 'object',
            means: 'A topic.',
            members: {
              topicArn: {
                kind: 'text',
                required: true,
                hint: 'the ARN of a standard topic, such as "arn:aws:sns:eu-central-1:123456789012:chat"',
                pattern: /^arn:(aws|aws-cn|aws-us-gov):sns:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[\w-]{1,256}$/,
                means: 'ARN of a standard topic. Messages of other topics are refused.',
              },
              instances: {
                kind: 'list',
                required: true,
                of: {
                  kind: 'text',
                  hint: 'the id of an instance, at most 100 characters',
                  pattern: /^.{1,100}$/,
                  means: 'An instance id.',
                },
                means:
                  'Ids of the instances whose messages may come by it. Whoever may publish to the topic can speak for each of them.',
              },
            },
          },
        },
      },
    },
    regions: {
      kind: 'list',
      word: 'any',
      default: 'any',
      of: { kind: 'text', hint: 'a region such as "eu-central-1"', means: 'A region.' },
      means: 'Regions that signatures may be for.',
    },
    account: {
      kind: 'text',
      hint: 'the 12 digits of an account',
      pattern: /^\d{12}$/,
      default: '000000000000',
      means: 'Account number in the ARNs of refusals.',
    },
    instances: {
      kind: 'list',
      of: {
        kind: 'text',
        hint: 'the id of an instance, at most 100 characters',
        pattern: /^.{1,100}$/,
        means: 'An instance id.',
      },
      means: 'The instances there are.',
    },
    applications: { kind: 'list', of: APPLICATION, means: 'The applications there are.' },
    proxy: {
      kind: 'contents',
      secret: true,
      hint: 'the URL of an HTTP proxy, such as "http://proxy.example:3128"',
      check: (text) =>
        URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
          ? undefined
          : 'is not the URL of an HTTP proxy; write one such as "http://proxy.example:3128"',
      means:
        'HTTP proxy by which both gateways, the token endpoint and the certificates of Amazon SNS are reached (CONNECT). User and password may stand in the URL.',
    },
    limits: {
      kind: 'object',
      means: 'How often each access key may call each operation.',
      members: {
        requestsPerSecond: {
          kind: 'integer',
          least: 1,
          most: 1_000_000,
          default: 1_000,
          means: 'Lasting rate.',
        },
        burst: { kind: 'integer', least: 1, most: 1_000_000, default: 2_000, means: 'Calls at once.' },
      },
    },
    registrationsPerContact: {
      kind: 'integer',
      least: 1,
      most: 10,
      default: 10,
      means: 'Devices per contact; one more is a ServiceQuotaExceededException.',
    },
    contactLifetimeHours: {
      kind: 'integer',
      least: 1,
      most: 8_760,
      default: 168,
      means: 'Hours after its start or last registration at which a contact ends by itself.',
    },
  },
} as const satisfies ObjectSetting;

/** What does not stand in the file: where to listen and what to open. */
export const ENVIRONMENT_VARIABLES: readonly {
  readonly name: string;
  readonly default: string;
  readonly means: string;
}[] = [
  {
    name: 'CHATPUSH_CONFIG',
    default: 'none: development',
    means: 'Path of the settings file. Without one, the development defaults hold.',
  },
  { name: 'CHATPUSH_HOST', default: '127.0.0.1', means: 'Address to listen on; `0.0.0.0` for all.' },
  { name: 'CHATPUSH_PORT', default: '4100', means: 'Port to listen on; 0 for any free one.' },
  {
    name: 'CHATPUSH_STORE',
    default: 'sqlite:./data/chatpush.db',
    means: '`sqlite:path` or `postgres://user:password@host/database`, there with `?schema=name` if wanted.',
  },
  {
    name: 'CHATPUSH_AUTO_CREATE',
    default: '`all`; `contacts` with a settings file',
    means:
      'What begins with the first call that names it: `all` (instances and applications too, with emulated gateways), `contacts` or `none`.',
  },
  {
    name: 'CHATPUSH_EMULATOR_URL',
    default: 'its own',
    means: 'Base URL of an emulator for emulated channels, instead of one of its own.',
  },
  {
    name: 'CHATPUSH_EXPOSE_DEVELOPMENT',
    default: 'no',
    means:
      '`yes` lets the development defaults and the page of phones listen on other addresses than loopback, as in a container: whoever reaches it reads every message.',
  },
  { name: 'CHATPUSH_LOG', default: 'info', means: 'Least level of the log: `debug` shows every attempt.' },
];
