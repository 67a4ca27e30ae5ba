// Everything a connection sends in one turn of the event loop, gathered in one buffer and written at its end: one
// TLS record and one system call carry many pushes.
import type { Duplex } from 'node:stream';
import { HEADER_BYTES, writeFrameHeader } from './frames.ts';

const LEAST_BYTES = 65_536;
/** Buffers returned by finished writes, for any connection: only a few, and none that a burst made large. */
const spares: Buffer[] = [];
const MOST_SPARES = 4;
const KEPT_BYTES = 1_048_576;
const NOTHING = Buffer.alloc(0);

export class Outbox {
  readonly #socket: Duplex;
  readonly #onFlush: () => void;
  #buffer: Buffer = NOTHING;
  #length = 0;

  /** `onFlush` is called when bytes go to the socket. */
  constructor(socket: Duplex, onFlush: () => void) {
    this.#socket = socket;
    this.#onFlush = onFlush;
  }

  /** Where the next byte goes, once `reserve` has made room. */
  get length(): number {
    return this.#length;
  }

  /** The buffer, with room for this many more bytes. Valid until the next call. */
  reserve(bytes: number): Buffer {
    if (this.#length === 0) setImmediate(this.#flushInTurn);
    const wanted = this.#length + bytes;
    if (wanted > this.#buffer.length) {
      const larger =
        (this.#length === 0 && wanted <= LEAST_BYTES ? spares.pop() : undefined) ??
        Buffer.allocUnsafeSlow(Math.max(wanted, this.#buffer.length * 2, LEAST_BYTES));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  /** Everything before `end` is written. */
  written(end: number): void {
    this.#length = end;
  }

  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    const at = this.#length;
    const buffer = this.reserve(HEADER_BYTES + payload.length);
    writeFrameHeader(buffer, at, payload.length, type, flags, streamId);
    buffer.set(payload, at + HEADER_BYTES);
    this.#length = at + HEADER_BYTES + payload.length;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#length;
    this.reserve(bytes.length).set(bytes, at);
    this.#length = at + bytes.length;
  }

  flush(): void {
    if (this.#length === 0) return;
    const buffer = this.#buffer;
    const bytes = buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    this.#onFlush();
    this.#socket.write(bytes, () => {
      if (spares.length < MOST_SPARES && buffer.length <= KEPT_BYTES) spares.push(buffer);
    });
  }

  readonly #flushInTurn = (): void => {
    if (!this.#socket.destroyed) this.flush();
  };
}
