// What a connection knows of one request: a record, filled frame by frame. `../exchange.ts` interprets it.
import { DEFAULT_WINDOW } from './settings.ts';
import type { ResponseHead } from './response-head.ts';

export interface Stream {
  /** 0 until its HEADERS is written to the socket, and again if the connection ended before that. */
  id: number;
  /** How much of the body the peer accepts now (RFC 9113 §6.9.1). */
  sendWindow: number;
  /** The part of the body that waits for a window. */
  unsent: Buffer | undefined;
  /** Of the final response, never of an informational one. */
  head: ResponseHead | undefined;
  /** The first `bodyBytes` of it are the response's body so far. */
  body: Buffer | undefined;
  bodyBytes: number;
  /** Payload of DATA, padding included, which the peer may send again once the stream has ended (§6.9). */
  receivedBytes: number;
  /** The response is complete, or we have received as much of it as we accept. */
  ended: boolean;
  /** Why it ended otherwise. */
  reset: string | undefined;
  /** REFUSED_STREAM, or above the last stream of a GOAWAY: certainly not processed (§8.7, §6.8). */
  refused: boolean;
}

/** We accept no more of a response, because we never widen a stream's window. */
export const MAX_BODY_BYTES = DEFAULT_WINDOW;

/**
 * Copies the bytes, because they belong to a read of up to 64 KiB that must not live as long as the stream. Nearly all
 * bodies are one small frame, whose copy comes from Node's pool: a separate allocation for each cost FCM 2 µs per
 * push.
 */
export function appendBody(stream: Stream, bytes: Buffer, start: number, end: number): void {
  const length = stream.bodyBytes + end - start;
  if (stream.body === undefined || length > stream.body.length) {
    const larger = Buffer.allocUnsafe(stream.body === undefined ? length : length * 2);
    stream.body?.copy(larger, 0, 0, stream.bodyBytes);
    stream.body = larger;
  }
  bytes.copy(stream.body, stream.bodyBytes, start, end);
  stream.bodyBytes = length;
}
