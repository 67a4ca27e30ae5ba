// What a connection knows of one request: a record, filled frame by frame. What it means is said in `../exchange.ts`.
import { DEFAULT_WINDOW } from './settings.ts';
import type { ResponseHead } from './response-head.ts';

export interface Stream {
  /** 0 before its HEADERS have gone to the socket, and again when the connection ended before they did. */
  id: number;
  /** How much of the body the peer takes now (RFC 9113 §6.9.1). */
  sendWindow: number;
  /** The part of the body that waits for a window. */
  unsent: Buffer | undefined;
  /** The final response's: never an informational one. */
  head: ResponseHead | undefined;
  /** The first `bodyBytes` of it are the response's body so far. */
  body: Buffer | undefined;
  bodyBytes: number;
  /** Payload of DATA, padding included, which the peer may send again once the stream is done (§6.9). */
  receivedBytes: number;
  /** The response came to its end, or to the end of what we take of it. */
  ended: boolean;
  /** Why it ended otherwise. */
  reset: string | undefined;
  /** REFUSED_STREAM, or above the last stream of a GOAWAY: surely not processed (§8.7, §6.8). */
  refused: boolean;
}

/** No more of a response is taken: we never widen a stream's window. */
export const MAX_BODY_BYTES = DEFAULT_WINDOW;
const FIRST_BYTES = 1_024;

/** Copies, because the bytes belong to a read of up to 64 KiB that must not live as long as the stream. */
export function appendBody(stream: Stream, bytes: Buffer, start: number, end: number): void {
  const length = stream.bodyBytes + end - start;
  if (stream.body === undefined || length > stream.body.length) {
    const larger = Buffer.allocUnsafeSlow(
      stream.body === undefined ? Math.max(length, FIRST_BYTES) : length * 2,
    );
    stream.body?.copy(larger, 0, 0, stream.bodyBytes);
    stream.body = larger;
  }
  bytes.copy(stream.body, stream.bodyBytes, start, end);
  stream.bodyBytes = length;
}
