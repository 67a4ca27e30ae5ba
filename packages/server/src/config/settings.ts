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
  means: 'An action, or a prefix of actions followed by `*`.',
} as const;

export const SETTINGS = {
  kind: 'object',
  required: true,
  means: 'The settings of chatpush.',
  members: {
    $schema: { kind: 'text', hint: 'the address of the JSON Schema', means: 'JSON Schema, for editors.' },
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
              'Session token that calls with this key must send, as with temporary credentials. If it is absent, calls with a session token are refused.',
          },
          instances: {
            kind: 'list',
            required: true,
            word: 'all',
            of: INSTANCE_ID,
            means:
              'Ids of the instances (from the list `instances`) that calls with this key may use, or `"all"`.',
          },
          actions: {
            kind: 'list',
            word: 'all',
            of: ACTION,
            means:
              'What calls with this key may do, by IAM action names such as `"connect:StopContact"`. Pinpoint\'s actions start with `mobiletargeting:`, our own with `chatpush:`. A `*` at the end matches every action with that prefix. If absent, a key for all instances may do everything, and a key limited to some instances may do everything inside them except set up applications.',
          },
          applications: {
            kind: 'list',
            word: 'all',
            default: 'all',
            of: APPLICATION.members.arn,
            means:
              "ARNs of the applications that calls with this key may register devices with. For a tenant's key, list that tenant's applications. Otherwise the key can push its own texts through another tenant's application to any device whose token it knows.",
          },
        },
      },
    },
    bearerKeys: {
      kind: 'list',
      means:
        "Keys for callers without an AWS SDK, sent as `Authorization: Bearer`, for some of chatpush's own operations. The secret is sent with every call, so bearer keys are accepted only on loopback and from `trustedProxies`.",
      of: {
        kind: 'object',
        means: "A key for one instance and some of chatpush's own operations.",
        members: {
          id: {
            kind: 'text',
            required: true,
            hint: 'a name for logs, at most 128 letters and digits',
            pattern: /^\w{1,128}$/,
            means: 'The name of the key in logs.',
          },
          secret: {
            kind: 'contents',
            secret: true,
            required: true,
            hint: 'at least 20 random characters, such as "openssl rand -hex 32" gives',
            check: bearerSecretFault,
            means: 'The secret that callers send.',
          },
          instance: {
            ...INSTANCE_ID,
            required: true,
            means: 'The instance that the key is for.',
          },
          right: {
            kind: 'choice',
            of: ['intake', 'reading'],
            means:
              'What the key may do. `intake`: PutChatEvents. `reading`: list registrations and read deliveries. Use either `right` or `actions`.',
          },
          actions: {
            kind: 'list',
            of: ACTION,
            means:
              'The actions that the key may do, as in `accessKeys`. Only operations that accept bearer keys.',
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
        means: 'A host name in lower case.',
      },
      means:
        'Host names by which callers reach a reverse proxy on this machine. A service that listens on loopback refuses all other names, because any web page could point its own host name at 127.0.0.1.',
    },
    console: {
      kind: 'choice',
      of: ['off', 'sign-in'],
      default: 'off',
      means:
        '`"sign-in"` enables the [console](guides/production.md#the-console) at `/console/`. People sign in with the id and the secret of an access key, and have the permissions of that key for eight hours. They must connect over TLS through one of the `trustedProxies`, or from this machine.',
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
        'Proxies that terminate TLS and send `X-Forwarded-Proto: https`. Bearer keys that arrive through other proxies are refused.',
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
                  'Ids of the instances whose messages the topic may carry. Anyone who may publish to the topic can send messages for all of them.',
              },
              endpoint: {
                kind: 'text',
                hint: 'the URL of a LocalStack or moto without a path, such as "http://localhost:4566"',
                pattern: /^https?:\/\/[^/?#@]+\/?$/,
                means:
                  'Address of a LocalStack or moto that replaces Amazon SNS. chatpush fetches certificates and confirms subscriptions there instead of at Amazon, and trusts the certificates without an authority. Only with CHATPUSH_AUTO_CREATE=all; chatpush warns about it at start.',
              },
              signatures: {
                kind: 'choice',
                of: ['checked', 'ignored'],
                means:
                  '`ignored` accepts the unsigned messages of older LocalStacks. Anyone who can reach the service can then post messages for this topic. Only with `endpoint`.',
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
      means: 'Regions for which calls may be signed.',
    },
    account: {
      kind: 'text',
      hint: 'the 12 digits of an account',
      pattern: /^\d{12}$/,
      default: '000000000000',
      means: 'Account number in the ARNs that error messages contain.',
    },
    instances: {
      kind: 'list',
      of: INSTANCE_ID,
      means: 'The instances. At least one, unless CHATPUSH_AUTO_CREATE is `all`.',
    },
    applications: { kind: 'list', of: APPLICATION, means: 'The applications.' },
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
        'HTTP proxy (CONNECT) for connections to both gateways, to the token endpoint, and to Amazon SNS for certificates. The URL may contain a user and a password.',
    },
    limits: {
      kind: 'object',
      means: 'Rate limits for each access key and operation, and limits for each instance.',
      members: {
        requestsPerSecond: {
          kind: 'integer',
          least: 1,
          most: 1_000_000,
          default: 1_000,
          means: 'Sustained rate.',
        },
        burst: { kind: 'integer', least: 1, most: 1_000_000, default: 2_000, means: 'Burst size.' },
        perInstance: {
          kind: 'object',
          means:
            'Limits for each instance, across all keys. A call beyond a limit gets a ThrottlingException or ServiceQuotaExceededException that names the limit.',
          members: {
            callsPerSecond: {
              kind: 'integer',
              least: 1,
              most: 1_000_000,
              default: 5_000,
              means: 'Calls of all operations per node; bursts may be twice as large.',
            },
            eventsPerSecond: {
              kind: 'integer',
              least: 1,
              most: 1_000_000,
              default: 50_000,
              means:
                'Chat events per node, from PutChatEvents, SendMessage and Amazon SNS together; bursts may be twice as large.',
            },
            deliveriesWaiting: {
              kind: 'integer',
              least: 1,
              most: 1_000_000_000,
              default: 1_000_000,
              means:
                'Waiting deliveries, for example during a gateway outage. Beyond the limit, new chat events are refused. The limit is approximate: deliveries are counted every second, and every 10 seconds if there are more than 5,000.',
            },
            registrations: {
              kind: 'integer',
              least: 1,
              most: 1_000_000_000,
              default: 10_000_000,
              means:
                'Registrations of all contacts together; they are removed with their contacts. The limit is approximate: registrations are counted every second.',
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
      means: 'Devices per contact. Registering one more fails with a ServiceQuotaExceededException.',
    },
    contactLifetimeHours: {
      kind: 'integer',
      least: 1,
      most: 8_760,
      default: 168,
      means: 'Hours after its start or its last registration after which a contact ends automatically.',
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
    means: 'Path of the settings file. Without one, chatpush uses its development defaults.',
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
      '`sqlite:path`; `postgres://user:password@host/database`, optionally with `?schema=name`; or `nats://a,b,c` (`tls://` for TLS), the servers of a JetStream cluster, optionally with `?replicas=3&shards=4&prefix=chatpush&creds=file&ca=file`. A PostgreSQL URL may list the servers of a cluster (`postgres://a,b:5433/database`); chatpush uses the one that accepts writes.',
  },
  {
    name: 'CHATPUSH_POSTGRES_DIRECT',
    default: 'CHATPUSH_STORE, unless that is a pooler',
    means:
      'URL of the database that bypasses the pooler, for one connection per node that uses `LISTEN`. Without it, nodes behind a pooler poll for work and changes every second.',
  },
  {
    name: 'CHATPUSH_POSTGRES_PREPARED',
    default: '`no` behind a pooler, else `yes`',
    means:
      'Whether to use named prepared statements. Behind a pooler, `yes` needs one that tracks them, such as PgBouncer 1.21 or newer with `max_prepared_statements`.',
  },
  {
    name: 'CHATPUSH_AUTO_CREATE',
    default: '`all`; `contacts` with a settings file',
    means:
      'What a call may create on first use: `all` (also instances and applications, with emulated gateways), or, with a settings file, `contacts` or `none`.',
  },
  {
    name: 'CHATPUSH_EMULATOR_URL',
    default: 'the built-in emulator',
    means:
      'Base URL of an external emulator for emulated channels. It may start later than the service, and may restart on other ports; pushes wait for it.',
  },
  {
    name: 'CHATPUSH_EXPOSE_DEVELOPMENT',
    default: 'no',
    means:
      '`yes` lets the development defaults listen on addresses other than loopback, for example in a container, and enables the phones and the faults there and with a settings file. Anyone who can reach the service can then read every message.',
  },
  {
    name: 'CHATPUSH_AUDIT',
    default: 'none',
    means:
      'Where to write the [audit log](guides/production.md#audit): `stdout`, or the path of a file, which is reopened on SIGHUP.',
  },
  {
    name: 'CHATPUSH_SECRET_KEY',
    default: 'none; in development, generated beside the database',
    means:
      'Key that encrypts the credentials of applications that are set up over the API: 32 bytes in base64 or hexadecimal (`openssl rand -base64 32`), the same on every node. Or `file:` followed by the path of a file with the key, which a reload reads again. If there are several keys, separated by commas or lines, the first one encrypts and all decrypt; see `chatpush rekey`.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: 'none: no traces',
    means:
      'Base URL of an OpenTelemetry collector that accepts [traces](guides/traces.md) as OTLP over HTTP, such as `http://127.0.0.1:4318`. Use `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` to give the full URL instead. The exporter also uses OpenTelemetry’s variables for headers, timeouts and certificates.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    default: '1',
    means:
      'Share of the traces started by chatpush that are recorded, from 0 to 1. A caller’s `traceparent` decides for the caller’s own traces.',
  },
  {
    name: 'CHATPUSH_LOG',
    default: 'info',
    means:
      'Minimum log level: `trace`, `debug` (every request and attempt), `info`, `warn`, `error`, `fatal` or `silent`.',
  },
];
