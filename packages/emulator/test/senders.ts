// Minimal senders of pushes for the tests. They share no code with our own senders.
import { createPrivateKey, sign } from 'node:crypto';
import http2, {
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import https from 'node:https';
import type { ApnsCredentials, Emulator, ServiceAccount } from '@chatpush/emulator';

export const TOKEN = 'ab'.repeat(32);
export const TOPIC = 'com.example.chat';
export const ALERT = { aps: { alert: { title: 'Ann', body: 'Hello' } } };

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT as Apple describes provider tokens; `claims` and `header` override. */
export function providerToken(
  { keyId, teamId, privateKey }: Omit<ApnsCredentials, 'topic'>,
  claims: object = {},
  header: object = {},
): string {
  const text = `${base64url({ alg: 'ES256', kid: keyId, ...header })}.${base64url({ iss: teamId, iat: Math.floor(Date.now() / 1000), ...claims })}`;
  const signature = sign('sha256', Buffer.from(text), {
    key: createPrivateKey(privateKey),
    dsaEncoding: 'ieee-p1363',
  });
  return `${text}.${signature.toString('base64url')}`;
}

export interface Answered {
  /** Undefined if the stream ended without an answer. */
  status?: number;
  headers: IncomingHttpHeaders;
  /** Parsed, if it is JSON. */
  body: unknown;
  text: string;
  /** HTTP/2 code the stream ended with. */
  code: number;
  error?: string;
}

export interface Away {
  code: number;
  lastStream: number;
  debug: string;
}

/** A connection that records everything it receives. */
export interface Wire {
  session: ClientHttp2Session;
  /** GOAWAYs in order of arrival. */
  aways: Away[];
  /** Values of MAX_CONCURRENT_STREAMS in order of arrival. */
  limits: (number | undefined)[];
  /** Settles when the connection has closed. */
  closed: Promise<void>;
  request(headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answered>;
  /** Settles at the next SETTINGS with this limit, or at once if it is the latest. */
  limit(streams: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Opens a connection and waits for the first SETTINGS. */
export async function connect(
  url: string,
  ca: string,
  tls: { cert?: string; key?: string } = {},
): Promise<Wire> {
  const session = http2.connect(url, { ca, ...tls });
  const aways: Away[] = [];
  const limits: (number | undefined)[] = [];
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  session.on('goaway', (code, lastStream, debug) =>
    aways.push({ code, lastStream, debug: debug?.toString() ?? '' }),
  );
  session.on('remoteSettings', ({ maxConcurrentStreams }) => limits.push(maxConcurrentStreams));
  await new Promise((resolve, reject) => session.once('remoteSettings', resolve).once('error', reject));
  session.on('error', () => undefined); // many tests provoke resets
  const request: Wire['request'] = (headers, body) =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'POST', ...headers });
      const answered: Answered = { headers: {}, body: undefined, text: '', code: 0 };
      stream.setEncoding('utf8');
      stream.on('response', (headers) => {
        answered.status = headers[':status'];
        answered.headers = headers;
      });
      stream.on('data', (text: string) => (answered.text += text));
      stream.on('error', (error: NodeJS.ErrnoException) => (answered.error = error.code));
      stream.on('close', () => resolve({ ...answered, body: parsed(answered.text), code: stream.rstCode }));
      stream.end(body);
    });
  const limit: Wire['limit'] = (streams) =>
    limits.at(-1) === streams
      ? Promise.resolve()
      : new Promise((resolve) => session.once('remoteSettings', () => resolve(limit(streams))));
  return {
    session,
    aways,
    limits,
    closed,
    request,
    limit,
    async [Symbol.asyncDispose]() {
      session.destroy();
      await closed;
    },
  };
}

const bearers = new WeakMap<Emulator, string>();

/** One provider token per emulator, as a well-behaved sender keeps it. */
export function bearer(emulator: Emulator): string {
  const known = bearers.get(emulator) ?? `bearer ${providerToken(emulator.credentials.apns)}`;
  bearers.set(emulator, known);
  return known;
}

/** The header fields of a usual push. */
export const pushTo = (
  emulator: Emulator,
  deviceToken = TOKEN,
  headers: OutgoingHttpHeaders = {},
): OutgoingHttpHeaders => ({
  ':path': `/3/device/${deviceToken}`,
  authorization: bearer(emulator),
  'apns-topic': TOPIC,
  'apns-push-type': 'alert',
  ...headers,
});

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
  text: string;
}

/** HTTP/1.1 over TLS, like the simplest FCM senders. Rejects if the connection breaks. */
export function https1(
  url: string,
  ca: string,
  {
    headers = {},
    body,
    method = 'POST',
    agent,
  }: { headers?: Record<string, string>; body?: string; method?: string; agent?: https.Agent },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, ca, headers, agent: agent ?? false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(text), text }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The JWT that a service account exchanges for an access token; `claims` override. */
export function assertion(account: ServiceAccount, claims: object = {}, header: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const text = `${base64url({ alg: 'RS256', typ: 'JWT', kid: account.private_key_id, ...header })}.${base64url(
    {
      iss: account.client_email,
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      aud: account.token_uri,
      iat: now,
      exp: now + 3600,
      ...claims,
    },
  )}`;
  return `${text}.${sign('sha256', Buffer.from(text), account.private_key).toString('base64url')}`;
}

export const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export function fetchToken(
  emulator: Emulator,
  jwt = assertion(emulator.credentials.fcm),
  grant = GRANT,
): Promise<HttpAnswer> {
  return https1(emulator.fcm.tokenUrl, emulator.ca, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: grant, assertion: jwt }).toString(),
  });
}

/** An access token, fetched as Google describes. */
export async function accessToken(emulator: Emulator): Promise<string> {
  const { body } = await fetchToken(emulator);
  return (body as { access_token: string }).access_token;
}

export const sendUrl = (emulator: Emulator, project = emulator.credentials.fcm.project_id): string =>
  `${emulator.fcm.url}/v1/projects/${project}/messages:send`;

/** One message to FCM over HTTP/1.1. `message` is wrapped in `{"message": …}` unless it is a string. */
export function sendFcm(
  emulator: Emulator,
  bearer: string | undefined,
  message: object | string,
  url = sendUrl(emulator),
): Promise<HttpAnswer> {
  return https1(url, emulator.ca, {
    headers: {
      'content-type': 'application/json',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: typeof message === 'string' ? message : JSON.stringify({ message }),
  });
}
