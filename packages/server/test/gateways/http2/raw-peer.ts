// The peer's side of a connection as bytes: frames built by hand, on a socket within this process, so that a test can send any
// bytes at any split, a hundred thousand times.
import { Duplex } from 'node:stream';
import type { ConnectionOwner } from '../../../src/gateways/http2/connection-owner.ts';
import type { Stream } from '../../../src/gateways/http2/stream.ts';

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | string = '',
): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, bytes]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, n) => bytes.writeUInt32BE(value >>> 0, n * 4));
  return bytes;
}

export function settings(...pairs: (readonly [id: number, value: number])[]): Buffer {
  return frame(
    TYPE.settings,
    0,
    0,
    Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.from([0, id]), uint32(value)]))),
  );
}

/** `:status: 200`, and the end of the stream. */
export const ok = (streamId: number): Buffer => frame(TYPE.headers, 5, streamId, Buffer.from([0x88]));

/** The client's socket. Its output is in `written`; the peer sends with `say`. */
export class RawSocket extends Duplex {
  readonly written: Buffer[] = [];

  constructor() {
    super({ emitClose: true });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(Buffer.from(chunk));
    done();
  }

  /** In the same turn of the event loop, like a real socket handle; while the client has paused it, later. */
  say(...bytes: Uint8Array[]): void {
    for (const chunk of bytes)
      if (this.isPaused()) this.push(Buffer.from(chunk));
      else if (!this.destroyed) this.emit('data', Buffer.from(chunk));
  }

  setTimeout(): this {
    return this;
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  /** The frames of the client so far, without its preface. */
  frames(): { type: number; flags: number; streamId: number; payload: Buffer }[] {
    const bytes = Buffer.concat(this.written).subarray(24);
    const frames = [];
    for (let at = 0; at + 9 <= bytes.length;) {
      const length = bytes.readUIntBE(at, 3);
      frames.push({
        type: bytes[at + 3]!,
        flags: bytes[at + 4]!,
        streamId: bytes.readUInt32BE(at + 5),
        payload: bytes.subarray(at + 9, at + 9 + length),
      });
      at += 9 + length;
    }
    return frames;
  }
}

/** An owner that records its callbacks. */
export class Recorder<S extends Stream> implements ConnectionOwner<S> {
  readonly endings: S[] = [];
  readonly goaways: number[] = [];
  limit: number | undefined;
  why: Error | undefined;
  over = false;
  pongs = 0;

  settings({ maxConcurrentStreams }: { maxConcurrentStreams?: number }): void {
    this.limit = maxConcurrentStreams;
  }
  goaway(code: number): void {
    this.goaways.push(code);
  }
  pong(): void {
    this.pongs++;
  }
  heard(): void {}
  ended(stream: S): void {
    this.endings.push(stream);
  }
  writable(): void {}
  broken(why: Error | undefined): void {
    this.why = why;
  }
  closed(): void {
    this.over = true;
  }
}
