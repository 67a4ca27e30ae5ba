// The body of a request: read up to a limit and, once its signature is proven, parsed.
import type { IncomingMessage } from 'node:http';

import type { Turns } from '../fairness/turns.ts';
import { ServiceError } from '../service-error.ts';
import { HttpRefusal } from './answer.ts';

/**
 * How much of an oversized body is read and discarded before it is refused. If the connection closes while a client
 * is still writing, the client sees a reset instead of the answer; beyond this size it may.
 */
const DISCARDED_BYTES = 32 * 1024 * 1024;

/** How many bytes of memory a body will take, according to the head: one without a length may reach the limit. */
export function bodyBytes({ headers }: IncomingMessage, limitBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return limitBytes;
  const declaredBytes = Number(headers['content-length'] ?? 0);
  // Nothing of an oversized body is kept.
  return declaredBytes > limitBytes ? 0 : declaredBytes;
}

export interface BodyRules {
  readonly limitBytes: number;
  /** How long it may take from now. */
  readonly timeoutMs: number;
}

/**
 * The body if all of it is here, as that of a small request usually is: it arrives with the head. Listeners and a timer
 * would cost a tenth of the call.
 */
export function arrivedBody(request: IncomingMessage, limitBytes: number): Buffer | undefined {
  const { 'content-length': declared = '0', 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined) return undefined;
  const declaredBytes = Number(declared);
  if (declaredBytes === 0) return Buffer.alloc(0);
  if (declaredBytes > limitBytes || request.readableLength !== declaredBytes || request.destroyed)
    return undefined;
  // Without a size, Node.js 26 returns one piece of what is there (https://github.com/nodejs/node/pull/60441).
  const body = request.read(declaredBytes) as Buffer;
  request.resume(); // without a reader it would not end
  return body;
}

/** The whole body. Throws RequestEntityTooLargeException, RequestTimeoutException, or what a connection ends in. */
export async function readBody(
  request: IncomingMessage,
  { limitBytes, timeoutMs }: BodyRules,
): Promise<Buffer> {
  const declaredBytes = Number(request.headers['content-length'] ?? Number.NaN);
  if (declaredBytes > DISCARDED_BYTES) throw tooLarge(limitBytes);
  if (request.destroyed) throw endedEarly();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // A body of a known length is put together as it arrives: collecting the pieces and joining them would take twice the memory.
  const whole = declaredBytes <= limitBytes ? Buffer.allocUnsafeSlow(declaredBytes) : undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    if (bytes + chunk.length > limitBytes) chunks.length = 0;
    else if (whole === undefined) chunks.push(chunk);
    else chunk.copy(whole, bytes);
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES) reject(tooLarge(limitBytes));
  };
  // Every request closes in the end. The error is created only for one that has not ended, because a stack costs
  // more than everything else about a small body.
  const onEnd = (): void => {
    request.off('error', onClose).off('close', onClose);
    if (bytes > limitBytes) reject(tooLarge(limitBytes));
    else resolve(whole?.subarray(0, bytes) ?? Buffer.concat(chunks, bytes));
  };
  const onClose = (): void => reject(endedEarly());
  const timer = setTimeout(() => reject(tooLate()), timeoutMs);
  request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
  }
}

/** The connection ended or timed out; nobody reads this answer. */
export const endedEarly = () => new ServiceError('MalformedHttpRequestException', 'The request ended early.');

const tooLate = () =>
  new HttpRefusal('RequestTimeoutException', 'The request body did not arrive in time.', {
    headers: { connection: 'close' },
  });

const tooLarge = (limitBytes: number) =>
  new HttpRefusal('RequestEntityTooLargeException', `The request body is longer than ${limitBytes} bytes.`, {
    headers: { connection: 'close' },
  });

/** The deepest input of ours has five levels; unknown members may add a few. */
const MAX_DEPTH = 64;
/**
 * The largest input has 500 events of ten members. 3,000,000 empty objects, which fit into its body, took half a
 * second to parse.
 */
const MAX_VALUES = 50_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A longer body is parsed in several steps, so that it does not block the event loop: 8 MB take 40 ms. */
const LONG_BYTES = 256 * 1024;
/** How much of a long body is checked between two looks at the clock. */
const STEP_BYTES = 64 * 1024;

const refused = (message: string, cause?: unknown) =>
  new ServiceError('InvalidParameterException', message, { cause });

/** A JSON body as a value, `{}` if it is empty. Throws InvalidParameterException. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  checkStructure(body)(body.length);
  return parseText(textOf(body));
}

/** The result of `use` for the value of a body of any length, in turns of its owner. */
export function parseInTurns<Result>(
  body: Buffer,
  owner: string,
  turns: Turns,
  use: (value: unknown) => Result,
): Promise<Result> {
  return body.length < LONG_BYTES
    ? turns.run(owner, () => use(parseBody(body)))
    : parseLong(body, owner, turns).then((value) => turns.run(owner, () => use(value)));
}

async function parseLong(body: Buffer, owner: string, turns: Turns): Promise<unknown> {
  const check = checkStructure(body);
  let checked = 0;
  await turns.repeat(owner, () => {
    checked += STEP_BYTES;
    check(checked);
    return checked < body.length;
  });
  const text = await turns.run(owner, () => textOf(body));
  return turns.run(owner, () => parseText(text));
}

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw refused('The request body is not UTF-8.', error);
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused('The request body is not JSON.', error);
  }
}

/** What a check has found so far. */
interface Structure {
  at: number;
  depth: number;
  values: number;
  inString: boolean;
}

/** Returns what checks the body further, up to a place. */
function checkStructure(body: Buffer): (until: number) => void {
  const structure: Structure = { at: 0, depth: 0, values: 1, inString: false };
  return (until) => checkFurther(body, structure, Math.min(until, body.length));
}

/**
 * Depth by brackets, values by commas, outside of strings. In UTF-8 no byte of a longer character looks like one of these. The
 * form of the loop matters: in one that compares each byte with all of them, and keeps its state in a closure, a byte takes 6 ns
 * instead of 2.
 */
function checkFurther(body: Buffer, structure: Structure, end: number): void {
  let { at, depth, values, inString } = structure;
  while (at < end) {
    if (inString) {
      for (; at < end; at++) {
        const byte = body[at];
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) break;
      }
      if (at >= end) break;
      inString = false;
      at++;
      continue;
    }
    const byte = body[at++]!;
    if (MEANS_SOMETHING[byte] === 0) continue;
    if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw refused(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (++values > MAX_VALUES) throw refused(`The request body has more than ${MAX_VALUES} values.`);
  }
  Object.assign(structure, { at, depth, values, inString });
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** By byte, outside of strings. */
const MEANS_SOMETHING = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE])
  MEANS_SOMETHING[byte] = 1;

/**
 * Content types of other formats. Anything else is parsed as JSON: clients send `application/x-amz-json-1.1`
 * (aws-elixir), `text/plain` (Dart's shared_aws_api) or nothing at all.
 */
const OTHER_FORMAT =
  /^\s*(?:application\/(?:x-www-form-urlencoded|xml|cbor|yaml|[\w.-]+\+(?:xml|cbor))|text\/(?:xml|html|csv)|(?:multipart|image|audio|video)\/[^;]*)\s*(?:;|$)/i;

/** Throws MalformedHttpRequestException if the headers say that the body is not plain JSON. */
export function checkBodyHeaders(request: IncomingMessage): void {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  if (contentType !== undefined && OTHER_FORMAT.test(contentType))
    throw new ServiceError(
      'MalformedHttpRequestException',
      'The content type says that the body is not JSON: send application/json.',
    );
  if (contentEncoding !== undefined && contentEncoding !== 'identity')
    throw new ServiceError(
      'MalformedHttpRequestException',
      'Content encodings are not accepted: send the body uncompressed.',
    );
}
