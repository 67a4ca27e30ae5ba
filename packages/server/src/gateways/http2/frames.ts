// Bytes ↔ frames (RFC 9113 §4, §6): the form of each frame, and how a byte stream that is split anywhere becomes
// frames.
import { ConnectionError } from './error-codes.ts';

export const FRAME = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

export const FLAG = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/**
 * Of a frame's payload. Every peer accepts this size, and we accept no more: we never announce a larger one (§4.2).
 */
export const MAX_FRAME_BYTES = 16_384;
export const HEADER_BYTES = 9;
/** §3.4. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Takes one frame. The payload is `bytes` from `start` to `end`, valid only during the call. */
export type TakeFrame = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

export function writeFrameHeader(
  target: Buffer,
  at: number,
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  target[at] = payloadBytes >>> 16;
  target[at + 1] = payloadBytes >>> 8;
  target[at + 2] = payloadBytes;
  target[at + 3] = type;
  target[at + 4] = flags;
  target[at + 5] = streamId >>> 24;
  target[at + 6] = streamId >>> 16;
  target[at + 7] = streamId >>> 8;
  target[at + 8] = streamId;
}

/** Cuts a stream of bytes into frames. Holds at most one unfinished frame. */
export class FrameReader {
  readonly #take: TakeFrame;
  readonly #isEnough: () => boolean;
  /** The beginning of a frame whose rest has not arrived. */
  #held: Buffer | undefined;
  #heldBytes = 0;

  /** `isEnough`: whether to stop after a frame. */
  constructor(take: TakeFrame, isEnough: () => boolean = () => false) {
    this.#take = take;
    this.#isEnough = isEnough;
  }

  /**
   * Returns what must be pushed again later, because there were enough frames. Throws a ConnectionError for a frame that
   * is too large, and anything `take` throws.
   */
  push(chunk: Buffer): Buffer | undefined {
    let at = 0;
    if (this.#heldBytes > 0) {
      at = this.#complete(chunk);
      if (at === -1) return undefined;
    }
    while (chunk.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + payloadBytes(chunk, at);
      if (end > chunk.length) break;
      if (this.#isEnough()) return chunk.subarray(at);
      this.#pass(chunk, at, end);
      at = end;
    }
    if (at === chunk.length) return undefined;
    this.#held ??= Buffer.allocUnsafe(HEADER_BYTES + MAX_FRAME_BYTES);
    this.#heldBytes = chunk.copy(this.#held, 0, at);
    return undefined;
  }

  /** Completes the held frame; returns where the rest of the chunk begins, or -1 while the frame is unfinished. */
  #complete(chunk: Buffer): number {
    const held = this.#held!;
    let at = 0;
    if (this.#heldBytes < HEADER_BYTES) {
      at = chunk.copy(held, this.#heldBytes, 0, HEADER_BYTES - this.#heldBytes);
      this.#heldBytes += at;
      if (this.#heldBytes < HEADER_BYTES) return -1;
    }
    const frameBytes = HEADER_BYTES + payloadBytes(held, 0);
    const copied = chunk.copy(held, this.#heldBytes, at, at + frameBytes - this.#heldBytes);
    this.#heldBytes += copied;
    if (this.#heldBytes < frameBytes) return -1;
    this.#heldBytes = 0;
    this.#pass(held, 0, frameBytes);
    return at + copied;
  }

  #pass(bytes: Buffer, at: number, end: number): void {
    // The first bit of the identifier is reserved and ignored (§4.1).
    const streamId =
      ((bytes[at + 5]! & 0x7f) << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!;
    this.#take(bytes[at + 3]!, bytes[at + 4]!, streamId, bytes, at + HEADER_BYTES, end);
  }
}

function payloadBytes(bytes: Buffer, at: number): number {
  const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  if (length > MAX_FRAME_BYTES)
    throw new ConnectionError('FRAME_SIZE_ERROR', `a frame of ${length} bytes (RFC 9113 §4.2)`);
  return length;
}
