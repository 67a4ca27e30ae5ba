// Every fault the emulator can play, as data: what it is called, where it works, what it takes.

/** Where a rule works. `oauth` is the token endpoint of the emulated FCM. */
export type FaultGateway = 'apns' | 'apns-sandbox' | 'fcm' | 'oauth';

export const FAULT_GATEWAYS: readonly FaultGateway[] = ['apns', 'apns-sandbox', 'fcm', 'oauth'];

/** What a parameter of a fault may be. */
export type Parameter =
  | { kind: 'integer'; least: number; most: number; default?: number; required?: true; meaning: string }
  | { kind: 'text'; most: number; default?: string; required?: true; meaning: string }
  | { kind: 'switch'; meaning: string }
  | { kind: 'choice'; of: readonly string[]; default: string; meaning: string };

export interface FaultKind {
  gateways: readonly FaultGateway[];
  parameters: Record<string, Parameter>;
  /** One sentence for people. */
  sentence: string;
}

const APNS = ['apns', 'apns-sandbox'] as const;
const PUSH = ['apns', 'apns-sandbox', 'fcm'] as const;

/** Characters: however they are encoded, a GOAWAY with them fits into the smallest frame everybody takes. */
const MOST_REASON = 1000;

const reasonText: Parameter = {
  kind: 'text',
  most: MOST_REASON,
  meaning: 'what the GOAWAY says: the JSON `reason` (APNs) or the text (FCM)',
};

export const FAULTS = {
  http: {
    gateways: FAULT_GATEWAYS,
    parameters: {
      status: {
        kind: 'integer',
        least: 200,
        most: 599,
        meaning: 'HTTP status; follows from the reason when absent',
      },
      reason: {
        kind: 'text',
        most: MOST_REASON,
        meaning: 'APNs reason, FCM error code or OAuth error; follows from the status when absent',
      },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
      timestamp: { kind: 'integer', least: 0, most: 8.64e15, meaning: 'APNs 410: since when, ms since 1970' },
    },
    sentence: 'Answers a status and reason of one’s choice; the phone gets nothing.',
  },
  'not-json': {
    gateways: FAULT_GATEWAYS,
    parameters: {
      status: { kind: 'integer', least: 400, most: 599, default: 502, meaning: 'HTTP status' },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
    },
    sentence:
      'Answers as something between sender and gateway does: with an HTML page where JSON is expected.',
  },
  slow: {
    gateways: FAULT_GATEWAYS,
    parameters: {
      delayMs: {
        kind: 'integer',
        least: 0,
        most: 3_600_000,
        required: true,
        meaning: 'how late the answer is',
      },
    },
    sentence: 'Serves the request at once and answers late.',
  },
  'black-hole': {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'Takes the request and never answers; the phone gets nothing; the connection lives.',
  },
  frozen: {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'The connection falls silent from this request on: nothing is read or answered, PING included.',
  },
  'answer-lost': {
    gateways: PUSH,
    parameters: {
      by: {
        kind: 'choice',
        of: ['rst', 'fin', 'stream', 'silence'],
        default: 'rst',
        meaning: 'TCP RST, TCP FIN, RST_STREAM, or no answer at all',
      },
    },
    sentence: 'The phone gets the notification and the sender never hears of it: what makes duplicates.',
  },
  fin: {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'Closes the TCP connection (FIN) instead of answering.',
  },
  rst: {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'Resets the TCP connection (RST) instead of answering.',
  },
  'reset-stream': {
    gateways: PUSH,
    parameters: {
      code: {
        kind: 'integer',
        least: 0,
        most: 13,
        default: 7,
        meaning: 'HTTP/2 error code; 7 is REFUSED_STREAM, which says that nothing was done',
      },
    },
    sentence: 'Resets the stream instead of answering; on HTTP/1.1 the connection.',
  },
  goaway: {
    gateways: PUSH,
    parameters: {
      code: {
        kind: 'integer',
        least: 0,
        most: 13,
        default: 0,
        meaning: 'HTTP/2 error code; other than 0 the connection closes at once',
      },
      reason: reasonText,
      twice: { kind: 'switch', meaning: 'a second GOAWAY follows, as graceful servers send it' },
      refuse: {
        kind: 'switch',
        meaning: 'the last stream id is below this request, which is refused, as are all after it',
      },
      serve: {
        kind: 'switch',
        meaning: 'with a code other than 0: the phone gets the notification all the same',
      },
      finish: {
        kind: 'switch',
        meaning:
          'with a code other than 0: the streams up to the last id are served and answered, as with code 0',
      },
    },
    sentence: 'Sends GOAWAY; with code 0 finishes the streams at or below its last stream id, then closes.',
  },
  'stream-limit': {
    gateways: PUSH,
    parameters: {
      limit: { kind: 'integer', least: 0, most: 10_000, required: true, meaning: 'MAX_CONCURRENT_STREAMS' },
    },
    sentence: 'Sets the stream limit of the connection, and serves the request.',
  },
  'rejection-throttle': {
    gateways: APNS,
    parameters: {},
    sentence: 'A rejection (410 is none) cuts the connection to one stream until the next accepted request.',
  },
  'expire-access-token': {
    gateways: ['fcm'],
    parameters: {},
    sentence: 'The access token presented is expired from now on: 401 until the sender fetches another.',
  },
  'expires-in': {
    gateways: ['oauth'],
    parameters: {
      seconds: { kind: 'integer', least: 0, most: 3600, required: true, meaning: 'life of the access token' },
    },
    sentence: 'Issues an access token of short life.',
  },
  quota: {
    gateways: PUSH,
    parameters: {
      per: {
        kind: 'choice',
        of: ['device', 'application'],
        default: 'device',
        meaning: 'what is counted: a phone, or a topic or project',
      },
      limit: {
        kind: 'integer',
        least: 0,
        most: 1e9,
        required: true,
        meaning: 'requests allowed in the time',
      },
      seconds: { kind: 'integer', least: 1, most: 86_400, default: 60, meaning: 'the time' },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
    },
    sentence: 'Answers 429 to what is more than a device or an application may get in a time.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULTS;
