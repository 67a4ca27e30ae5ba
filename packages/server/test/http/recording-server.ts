// A real HTTP server whose handlers record their input, and raw requests to it.
import { once } from 'node:events';
import { connect } from 'node:net';

import {
  APPLICATION_OPERATIONS,
  OPERATIONS,
  ERRORS,
  SERVICE,
  amzDate,
  authorizationHeader,
  canonicalRequest,
  stringToSign,
} from '@chatpush/wire';
import type {
  ApplicationOperationName,
  ErrorName,
  HeaderLines,
  Operation,
  OperationName,
} from '@chatpush/wire';
import { createHmac, hash } from 'node:crypto';

import { sample } from '../../../wire/test/shape-samples.ts';
import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { createVerifyBearer } from '../../src/auth/bearer.ts';
import type { BearerKey } from '../../src/auth/bearer.ts';
import { clientAddress, createAddressList } from '../../src/auth/client-address.ts';
import { deriveSigningKey } from '../../src/auth/signing-keys.ts';
import { systemClock } from '../../src/clock.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import type { HttpServer } from '../../src/http/server.ts';
import type { Call, Handlers } from '../../src/operations/handlers.ts';

export interface Recorded {
  readonly operation: ApplicationOperationName | OperationName;
  readonly input: Record<string, unknown>;
  readonly call: Call;
}

export interface RecordingServer extends HttpServer, AsyncDisposable {
  readonly recorded: Recorded[];
}

/** For the operations on applications: each with every member. */
const APPLICATION_OUTPUTS = Object.fromEntries(
  Object.entries<Operation>(APPLICATION_OPERATIONS).map(([name, { output }]) => [name, sample(output)]),
) as { readonly [N in ApplicationOperationName]: object };

/** A valid answer for every operation, from its output shape. */
const OUTPUTS: { readonly [N in ApplicationOperationName | OperationName]: object } = {
  ...APPLICATION_OUTPUTS,
  CreatePushNotificationRegistration: { RegistrationId: 'r-1' },
  DeletePushNotificationRegistration: {},
  ListPushNotificationRegistrations: { Registrations: [] },
  GetRegistration: sample(OPERATIONS.GetRegistration.output) as object,
  PreviewPush: { Previews: [] },
  ListNodes: { Nodes: [] },
  PutChatEvents: { Results: [] },
  ListDeliveries: { Deliveries: [] },
  GetDelivery: sample(OPERATIONS.GetDelivery.output) as object,
  GetDeliveryCounts: { Counts: [] },
  ReplayDelivery: sample(OPERATIONS.ReplayDelivery.output) as object,
  WithdrawDelivery: sample(OPERATIONS.WithdrawDelivery.output) as object,
  StartChatContact: { ContactId: 'c-1', ParticipantId: 'p-1', ParticipantToken: 't-1' },
  ExamineChannel: { State: 'healthy', Answer: '', Says: 'Well.' },
  StopContact: {},
  CreateParticipant: {
    ParticipantCredentials: { ParticipantToken: 't-1', Expiry: '2026-11-22T19:00:00.000Z' },
    ParticipantId: 'p-1',
  },
};

export const KEY = { id: 'AKIDTEST', secret: 'a secret of the tests' };

export const accessKeys = createAccessKeys([
  { ...KEY, instances: 'all' },
  { id: 'AKIDLIMITED', secret: 'another secret', instances: ['i-1'] },
  { id: 'ASIATEMPORARY', secret: 'a temporary secret', instances: 'all', sessionToken: 'session token' },
]);

export async function startRecordingServer(
  options: Partial<HttpServerOptions> & {
    readonly bearerKeys?: readonly BearerKey[];
    readonly trustedProxies?: readonly string[];
  } = {},
): Promise<RecordingServer> {
  const recorded: Recorded[] = [];
  const handlers = Object.fromEntries(
    Object.entries(OUTPUTS).map(([operation, output]) => [
      operation,
      async (input: Record<string, unknown>, call: Call) => {
        recorded.push({ operation: operation as OperationName, input, call });
        return output;
      },
    ]),
  ) as unknown as Handlers;
  const server = await createHttpServer({
    handlers,
    accessKey: accessKeys,
    addressOf: (request) => clientAddress(request, createAddressList(options.trustedProxies ?? [])),
    verifyBearer: createVerifyBearer({
      keys: options.bearerKeys ?? [],
      trustedProxies: options.trustedProxies ?? [],
    }),
    clock: systemClock,
    ready: async () => ({ ready: true, checks: { store: 'ok' } }),
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  return { ...server, recorded, [Symbol.asyncDispose]: () => server.close() };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends bytes unchanged on a new connection and reads the first complete answer after any `100 Continue`. */
export async function exchange(port: number, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  let answer: RawAnswer | undefined;
  const text = await converse(port, parts, (text) => {
    answer = parseAnswer(text.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, ''));
    return answer !== undefined;
  });
  if (answer === undefined) throw new Error(`No answer, but ${JSON.stringify(text)}`);
  return answer;
}

/** Sends bytes unchanged and reads until the text is sufficient or the server ends the connection. */
export async function converse(
  port: number,
  parts: readonly (string | Buffer)[],
  isEnough: (text: string) => boolean,
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (isEnough(text)) socket.destroy();
  });
  // A server that refuses early may reset a connection during the write; its answer is kept.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  await closed;
  return text;
}

/** The answer at the start of a text, or undefined while it is incomplete. */
function parseAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const body = Buffer.from(text.slice(end + 4));
  const length = Number(headers.get('content-length'));
  if (body.length < length) return undefined;
  return { status: Number(first.split(' ')[1]), headers, body: body.subarray(0, length).toString() };
}

export interface RequestParts {
  readonly method: string;
  readonly target: string;
  readonly body?: Buffer | string;
  /** Further headers, signed unless named in `unsigned`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly unsigned?: readonly string[];
  readonly key?: { readonly id: string; readonly secret: string };
  /** When it is signed, in milliseconds since the epoch; default now. */
  readonly signedAtMs?: number;
  readonly region?: string;
  readonly service?: string;
  /** The day of the scope, if it differs from the signature's. */
  readonly scopeDate?: string;
  readonly payloadHash?: string;
}

/** The head of a request signed step by step, so that a test can sign what no real signer would. */
export function signedHead(port: number, parts: RequestParts): { head: string; headers: HeaderLines } {
  const { method, target, key = KEY, unsigned = [] } = parts;
  const body = Buffer.from(parts.body ?? '');
  const date = amzDate(parts.signedAtMs ?? Date.now());
  const headers: [string, string][] = Object.entries({
    Host: `127.0.0.1:${port}`,
    'X-Amz-Date': date,
    ...(body.length > 0 ? { 'Content-Type': 'application/json' } : {}),
    ...parts.headers,
  });
  const signedHeaders = headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => !unsigned.includes(name))
    .sort();
  const [path = '', query = ''] = target.split('?');
  const canonical = canonicalRequest({
    method,
    path,
    query,
    headers,
    signedHeaders,
    payloadHash: parts.payloadHash ?? hash('sha256', body),
  });
  const scope = {
    date: parts.scopeDate ?? date.slice(0, 8),
    region: parts.region ?? 'us-east-1',
    service: parts.service ?? SERVICE,
  };
  const signature = createHmac('sha256', deriveSigningKey(key.secret, scope))
    .update(stringToSign(date, scope, hash('sha256', canonical)))
    .digest('hex');
  headers.push(['Authorization', authorizationHeader(key.id, scope, signedHeaders.join(';'), signature)]);
  headers.push(['Connection', 'close']);
  if (body.length > 0) headers.push(['Content-Length', String(body.length)]);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, headers };
}

export async function call(server: HttpServer, parts: RequestParts): Promise<RawAnswer> {
  return exchange(server.port, signedHead(server.port, parts).head, Buffer.from(parts.body ?? ''));
}

/** A GET without a signature. */
export function get(
  { port }: HttpServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, Connection: 'close', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return exchange(port, `GET ${path} HTTP/1.1\r\n${head}\r\n`);
}

/** Why an answer is not a refusal with that name in our JSON; undefined if it is. */
export function isRefusal(
  answer: RawAnswer,
  name: ErrorName,
  status: number = ERRORS[name].status,
): string | undefined {
  const seen = {
    status: answer.status,
    name: answer.headers.get('x-amzn-errortype'),
    type: answer.headers.get('content-type'),
    hasId: answer.headers.has('x-amzn-requestid'),
    hasDate: Math.abs(Date.parse(answer.headers.get('date') ?? '') - Date.now()) < 5000,
    members: Object.keys(JSON.parse(answer.body) as object).join(),
  };
  const wanted = { status, name, type: 'application/json', hasId: true, hasDate: true, members: 'Message' };
  return JSON.stringify(seen) === JSON.stringify(wanted)
    ? undefined
    : `${JSON.stringify(seen)} ${answer.body}`;
}
