// Every fault of the emulator, as data: its name, its gateways and its parameters.

/** The gateways a rule can apply to. `oauth` is the token endpoint of the emulated FCM. */
export type FaultGateway = 'apns' | 'apns-sandbox' | 'fcm' | 'oauth';

export const FAULT_GATEWAYS: readonly FaultGateway[] = ['apns', 'apns-sandbox', 'fcm', 'oauth'];

/** The type of a parameter. */
export type Parameter =
  | { kind: 'integer'; least: number; most: number; default?: number; required?: true; meaning: string }
  | { kind: 'text'; most: number; default?: string; required?: true; meaning: string }
  | { kind: 'switch'; meaning: string }
  | { kind: 'choice'; of: readonly string[]; default: string; meaning: string };

export interface FaultKind {
  gateways: readonly FaultGateway[];
  parameters: Record<string, Parameter>;
  /** A one-sentence description. */
  sentence: string;
}

const APNS = ['apns', 'apns-sandbox'] as const;
const PUSH = ['apns', 'apns-sandbox', 'fcm'] as const;

/** In characters: in any encoding, a GOAWAY of this length fits into the smallest frame size that every peer accepts. */
const MOST_REASON = 1000;

const reasonText: Parameter = {
  kind: 'text',
  most: MOST_REASON,
  meaning: 'the text of the GOAWAY: its JSON `reason` (APNs) or its debug data (FCM)',
};

export const FAULTS = {
  http: {
    gateways: FAULT_GATEWAYS,
    parameters: {
      status: {
        kind: 'integer',
        least: 200,
        most: 599,
        meaning: 'HTTP status. Default: the status of the reason',
      },
      reason: {
        kind: 'text',
        most: MOST_REASON,
        meaning: 'APNs reason, FCM error code or OAuth error. Default: the reason of the status',
      },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
      timestamp: {
        kind: 'integer',
        least: 0,
        most: 8.64e15,
        meaning: 'APNs 410: since when the device is gone, in ms since 1970',
      },
    },
    sentence: 'Answers with a given status and reason; the phone gets nothing.',
  },
  'not-json': {
    gateways: FAULT_GATEWAYS,
    parameters: {
      status: { kind: 'integer', least: 400, most: 599, default: 502, meaning: 'HTTP status' },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
    },
    sentence: 'Answers with an HTML page instead of JSON, like a proxy between sender and gateway.',
  },
  slow: {
    gateways: FAULT_GATEWAYS,
    parameters: {
      delayMs: {
        kind: 'integer',
        least: 0,
        most: 3_600_000,
        required: true,
        meaning: 'the delay of the answer',
      },
    },
    sentence: 'Delivers at once and answers late.',
  },
  'black-hole': {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'Accepts the request and never answers; the phone gets nothing; the connection stays open.',
  },
  frozen: {
    gateways: FAULT_GATEWAYS,
    parameters: {},
    sentence: 'From this request on the connection is silent: nothing is read or answered, not even PING.',
  },
  'answer-lost': {
    gateways: PUSH,
    parameters: {
      by: {
        kind: 'choice',
        of: ['rst', 'fin', 'stream', 'silence'],
        default: 'rst',
        meaning: 'how the answer is lost: TCP RST, TCP FIN, RST_STREAM, or silence',
      },
    },
    sentence: 'The phone gets the notification and the sender gets no answer. This causes duplicates.',
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
        meaning: 'HTTP/2 error code; 7 is REFUSED_STREAM: the request was not processed',
      },
    },
    sentence: 'Resets the stream instead of answering, or the connection on HTTP/1.1.',
  },
  goaway: {
    gateways: PUSH,
    parameters: {
      code: {
        kind: 'integer',
        least: 0,
        most: 13,
        default: 0,
        meaning: 'HTTP/2 error code; with any other than 0 the connection closes at once',
      },
      reason: reasonText,
      twice: { kind: 'switch', meaning: 'send a second GOAWAY, as servers do in a graceful shutdown' },
      refuse: {
        kind: 'switch',
        meaning: 'set the last stream id below this request, so that it and all later ones are refused',
      },
      serve: {
        kind: 'switch',
        meaning: 'with a code other than 0: the phone still gets the notification',
      },
      finish: {
        kind: 'switch',
        meaning: 'with a code other than 0: still answer the streams up to the last stream id',
      },
    },
    sentence:
      'Sends GOAWAY. With code 0 it finishes the streams up to the last stream id, then closes the connection.',
  },
  'stream-limit': {
    gateways: PUSH,
    parameters: {
      limit: { kind: 'integer', least: 0, most: 10_000, required: true, meaning: 'MAX_CONCURRENT_STREAMS' },
    },
    sentence: 'Changes the stream limit of the connection and delivers the request.',
  },
  'rejection-throttle': {
    gateways: APNS,
    parameters: {},
    sentence:
      'After a rejection other than 410, limits the connection to one stream until the next accepted request.',
  },
  'expire-access-token': {
    gateways: ['fcm'],
    parameters: {},
    sentence: 'Expires the access token of the request: 401 until the sender fetches a new one.',
  },
  'expires-in': {
    gateways: ['oauth'],
    parameters: {
      seconds: {
        kind: 'integer',
        least: 0,
        most: 3600,
        required: true,
        meaning: 'lifetime of the access token',
      },
    },
    sentence: 'Issues a short-lived access token.',
  },
  quota: {
    gateways: PUSH,
    parameters: {
      per: {
        kind: 'choice',
        of: ['device', 'application'],
        default: 'device',
        meaning: 'count per phone, or per topic or project',
      },
      limit: {
        kind: 'integer',
        least: 0,
        most: 1e9,
        required: true,
        meaning: 'requests allowed in the window',
      },
      seconds: { kind: 'integer', least: 1, most: 86_400, default: 60, meaning: 'the time' },
      retryAfterSeconds: { kind: 'integer', least: 0, most: 86_400, meaning: 'sends Retry-After' },
    },
    sentence: 'Answers 429 when a device or an application exceeds a rate.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULTS;
