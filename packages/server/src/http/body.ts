// The body of a request, read up to a limit.
import type { IncomingMessage } from 'node:http';

import { ServiceError } from '../service-error.ts';
import { HttpRefusal } from './answer.ts';
import type { ReadingPace } from './reading-pace.ts';

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
  readonly pace: ReadingPace;
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
  { limitBytes, timeoutMs, pace }: BodyRules,
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
    pace(request, chunk.length);
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

/** A longer body is hashed and parsed in several steps, so that it does not block the event loop: 8 MB take 40 ms. */
export const LONG_BYTES = 256 * 1024;
