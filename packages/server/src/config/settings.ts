// Every setting: name, allowed values, default, and meaning. The reader, docs/settings.md and
// docs/settings.schema.json derive from this table, which is long because it has a sentence for each.
import { isHttpUrl } from '../addresses/base-url.ts';
import { APPLICATION, GATEWAYS } from './application-settings.ts';
import { actionFault, bearerSecretFault, networkFault } from './callers.ts';
import type { ObjectSetting } from './setting.ts';

/** Calls may name an instance by its ARN; only the id in it is compared, so the settings contain only that. */
const INSTANCE_ID = {
  kind: 'text',
  hint: 'the id of an instance, at most 100 characters (of an ARN, what stands behind "instance/")',
  pattern: /^(?!arn:).{1,100}$/,
  means: 'An instance id.',
} as const;

const ACTION = {
  kind: 'text',
  hint: 'an action such as "connect:CreatePushNotificationRegistration" or "chatpush:*"',
  check: actionFault,
  means: 'An action, or the beginning of some with `*` at its end.',
} as const;

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
          sessionToken: {
            kind: 'contents',
            secret: true,
            hint: 'a session token',
            means:
              'Session token that calls with this key must carry, as temporary credentials do. Without it, calls that carry one are refused.',
          },
          instances: {
            kind: 'list',
            required: true,
            word: 'all',
            of: INSTANCE_ID,
            means:
              'Ids of the instances (of those under `instances`) that calls with this key may name, or `"all"` of them.',
          },
          actions: {
            kind: 'list',
            word: 'all',
            of: ACTION,
            means:
              'What calls with this key may do, by the names of IAM: `"connect:StopContact"`; Pinpoint\'s are under `mobiletargeting:`, ours under `chatpush:`. `*` at the end stands for every action that begins so. When absent, a key for all instances may do everything, and a key that is limited to some may do what happens inside them, but not set up applications.',
          },
          applications: {
            kind: 'list',
            word: 'all',
            default: 'all',
            of: APPLICATION.members.arn,
            means:
              "ARNs of the applications that calls with this key may register devices with. A key for one tenant should name that tenant's: otherwise it can push its own texts through another's application, to devices whose tokens it knows.",
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
        means: 'A key for one instance and a few of our own operations.',
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
            ...INSTANCE_ID,
            required: true,
            means: 'The one instance it is for.',
          },
          right: {
            kind: 'choice',
            of: ['intake', 'reading'],
            means:
              'What it may do, in a word. `intake`: PutChatEvents. `reading`: registrations and deliveries. Either this or `actions`.',
          },
          actions: {
            kind: 'list',
            of: ACTION,
            means: 'What it may do, action by action, as in `accessKeys`; of those that take bearer keys.',
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
    console: {
      kind: 'choice',
      of: ['off', 'sign-in'],
      default: 'off',
      means:
        '`"sign-in"` opens the [console](guides/production.md#the-console) at `/console/`: people sign in with the id and the secret of an access key and may do there what calls with that key may do, for eight hours. They must come by TLS through `trustedProxies`, or from this machine.',
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
                of: INSTANCE_ID,
                means:
                  'Ids of the instances whose messages it may carry. Everyone who may publish to the topic can speak for each of them.',
              },
              endpoint: {
                kind: 'text',
                hint: 'the URL of a LocalStack or moto without a path, such as "http://localhost:4566"',
                pattern: /^https?:\/\/[^/?#@]+\/?$/,
                means:
                  'Where a LocalStack or moto stands in for Amazon SNS: certificates and confirmations are asked there instead of at Amazon, and no authority vouches for them. Only with CHATPUSH_AUTO_CREATE=all, and a warning at start.',
              },
              signatures: {
                kind: 'choice',
                of: ['checked', 'ignored'],
                means:
                  '`ignored` takes the unsigned messages of older LocalStacks: anyone who reaches the service can then post messages of this topic. Only with `endpoint`.',
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
      of: INSTANCE_ID,
      means: 'The instances there are. At least one, unless CHATPUSH_AUTO_CREATE is `all`.',
    },
    applications: { kind: 'list', of: APPLICATION, means: 'The applications there are.' },
    gateways: GATEWAYS,
    proxy: {
      kind: 'contents',
      secret: true,
      hint: 'the URL of an HTTP proxy, such as "http://proxy.example:3128"',
      check: (text) =>
        isHttpUrl(text)
          ? undefined
          : 'is not the URL of an HTTP proxy; write one such as "http://proxy.example:3128"',
      means:
        'HTTP proxy by which both gateways, the token endpoint and the certificates of Amazon SNS are reached (CONNECT). User and password may stand in the URL.',
    },
    limits: {
      kind: 'object',
      means:
        'How often each access key may call each operation, and how much each instance may ask of a node.',
      members: {
        requestsPerSecond: {
          kind: 'integer',
          least: 1,
          most: 1_000_000,
          default: 1_000,
          means: 'Lasting rate.',
        },
        burst: { kind: 'integer', least: 1, most: 1_000_000, default: 2_000, means: 'Calls at once.' },
        perInstance: {
          kind: 'object',
          means:
            'For each instance, whatever keys are used. What is beyond is a ThrottlingException or ServiceQuotaExceededException that names the limit.',
          members: {
            callsPerSecond: {
              kind: 'integer',
              least: 1,
              most: 1_000_000,
              default: 5_000,
              means: 'Calls of all operations, on each node; twice as many may come at once.',
            },
            eventsPerSecond: {
              kind: 'integer',
              least: 1,
              most: 1_000_000,
              default: 50_000,
              means:
                'Chat events on each node, by PutChatEvents, SendMessage and Amazon SNS together; twice as many may come at once.',
            },
            deliveriesWaiting: {
              kind: 'integer',
              least: 1,
              most: 1_000_000_000,
              default: 1_000_000,
              means:
                'Deliveries that wait, as after an outage of a gateway; new chat events are refused meanwhile. About: they are counted every second, beyond 5,000 every 10 seconds.',
            },
            registrations: {
              kind: 'integer',
              least: 1,
              most: 1_000_000_000,
              default: 10_000_000,
              means:
                'Registrations of all contacts together; they go with their contacts. About: they are counted every second.',
            },
          },
        },
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

/** Settings that are not in the file: where to listen and what to open. */
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
  {
    name: 'CHATPUSH_HOST',
    default: '127.0.0.1',
    means: 'IP address or host name to listen on; `0.0.0.0` for all.',
  },
  { name: 'CHATPUSH_PORT', default: '4100', means: 'Port to listen on; 0 for any free one.' },
  {
    name: 'CHATPUSH_STORE',
    default: 'sqlite:./data/chatpush.db',
    means:
      '`sqlite:path` or `postgres://user:password@host/database`, there with `?schema=name` if wanted. Several hosts (`postgres://a,b:5433/database`) are the servers of a cluster; the one that can write is used. Or `nats://a,b,c` (`tls://` with TLS): the servers of a JetStream cluster, with `?replicas=3&shards=4&prefix=chatpush&creds=file&ca=file` where the defaults do not fit.',
  },
  {
    name: 'CHATPUSH_POSTGRES_DIRECT',
    default: 'CHATPUSH_STORE, unless that leads to a pooler',
    means:
      'URL of the database past the pooler, for one connection per node that listens for hints. Without it, nodes behind a pooler look for work and changes every second.',
  },
  {
    name: 'CHATPUSH_POSTGRES_PREPARED',
    default: '`no` behind a pooler, else `yes`',
    means:
      'Whether statements are prepared under names. `yes` behind a pooler needs one that keeps them apart, such as PgBouncer 1.21 or newer with `max_prepared_statements`.',
  },
  {
    name: 'CHATPUSH_AUTO_CREATE',
    default: '`all`; `contacts` with a settings file',
    means:
      'What begins with the first call that names it: `all` (instances and applications too, with emulated gateways), or, with a settings file, `contacts` or `none`.',
  },
  {
    name: 'CHATPUSH_EMULATOR_URL',
    default: 'its own',
    means:
      'Base URL of an emulator for emulated channels, instead of one of its own. It may start later than the service, and come back at other ports: pushes wait for it.',
  },
  {
    name: 'CHATPUSH_EXPOSE_DEVELOPMENT',
    default: 'no',
    means:
      '`yes` lets the development defaults listen on other addresses than loopback, as in a container, and opens the page of phones and the switches for faults also there and with a settings file: anyone who reaches it reads every message.',
  },
  {
    name: 'CHATPUSH_AUDIT',
    default: 'none',
    means:
      'Where the [audit log](guides/production.md#audit) goes: `stdout`, or the path of a file, which is opened again on SIGHUP.',
  },
  {
    name: 'CHATPUSH_SECRET_KEY',
    default: 'none; in development one is made beside the database',
    means:
      'Encrypts the credentials of applications that are set up over the API: 32 bytes in base64 or hexadecimal (`openssl rand -base64 32`), the same on every node; or `file:` and the path of a file with it, which a reload reads again. Several keys, separated by commas or lines: the first encrypts, all decrypt; see `chatpush rekey`.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: 'none: no traces',
    means:
      'Base URL of an OpenTelemetry collector that takes [traces](guides/traces.md) by OTLP over HTTP, such as `http://127.0.0.1:4318`; `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is the whole URL instead. The exporter also goes by OpenTelemetry’s variables for headers, time-outs and certificates.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    default: '1',
    means:
      'Share of the traces begun here that is recorded, from 0 to 1. What a caller’s `traceparent` says of its own trace counts more.',
  },
  {
    name: 'CHATPUSH_LOG',
    default: 'info',
    means:
      'Least level of the log: `trace`, `debug` (every request and attempt), `info`, `warn`, `error`, `fatal` or `silent`.',
  },
];
