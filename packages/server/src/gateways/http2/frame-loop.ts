// Every frame a peer may send, checked for its form (RFC 9113 §6) and passed on by its meaning. A frame that is
// wrong in itself ends the connection here; one that is wrong in the current state of the connection, in
// `connection.ts`.
import { ConnectionError, protocolError } from './error-codes.ts';
import { FLAG, FRAME, FrameReader } from './frames.ts';
import { HeaderBlockReader, type HeaderBlock } from './header-block.ts';
import { parseSettings, type PeerSettings } from './settings.ts';

/** Bytes are valid only during the call. */
export interface FrameHandler {
  /** Nothing more is passed on. */
  readonly closed: boolean;
  /** Enough was passed on for this turn of the event loop. */
  readonly hasEnough: boolean;
  /** `frameBytes`, padding included, counts for flow control; the payload is `bytes` from `start` to `end`. */
  onData(
    streamId: number,
    endStream: boolean,
    frameBytes: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  onBlock(block: HeaderBlock): void;
  onReset(streamId: number, code: number): void;
  onSettings(settings: PeerSettings): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  onGoaway(lastStreamId: number, code: number, debug: Buffer): void;
  /** Of a stream, or of the connection (0). */
  onWindowUpdate(streamId: number, increment: number): void;
  /** Frames that require no action: PRIORITY, an acknowledgement of SETTINGS, frames of extensions. */
  onIdleFrame(): void;
}

export class FrameLoop {
  readonly #handler: FrameHandler;
  readonly #reader: FrameReader;
  readonly #blocks = new HeaderBlockReader();
  #greeted = false;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
    this.#reader = new FrameReader(
      (type, flags, streamId, bytes, start, end) => {
        if (!handler.closed) this.#frame(type, flags, streamId, bytes, start, end);
      },
      () => handler.hasEnough,
    );
  }

  /** Returns what the handler had no time for. Throws a ConnectionError if the peer broke a rule. */
  read(chunk: Buffer): Buffer | undefined {
    return this.#reader.push(chunk);
  }

  #frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const handler = this.#handler;
    const awaited = this.#blocks.awaited;
    if (awaited !== undefined && (type !== FRAME.CONTINUATION || streamId !== awaited))
      throw protocolError('another frame inside a header block (RFC 9113 §6.10)');
    // §3.4. A GOAWAY instead of the preface says why the peer refuses.
    if (!this.#greeted && type !== FRAME.SETTINGS && type !== FRAME.GOAWAY)
      throw protocolError('the first frame is not SETTINGS (RFC 9113 §3.4)');
    switch (type) {
      case FRAME.DATA: {
        const payload = unpadded(flags, bytes, start, end);
        const endStream = (flags & FLAG.END_STREAM) !== 0;
        return handler.onData(streamId, endStream, end - start, bytes, payload.start, payload.end);
      }
      case FRAME.HEADERS: {
        const payload = unpadded(flags, bytes, start, end);
        const from = payload.start + ((flags & FLAG.PRIORITY) === 0 ? 0 : 5);
        if (from > payload.end) throw sizeError('HEADERS too short for its priority (RFC 9113 §6.2)');
        return this.#block(this.#blocks.headers(flags, streamId, bytes, from, payload.end));
      }
      case FRAME.CONTINUATION:
        if (awaited === undefined) throw protocolError('CONTINUATION without HEADERS (RFC 9113 §6.10)');
        return this.#block(this.#blocks.continuation(flags, bytes, start, end));
      case FRAME.RST_STREAM:
        exactly(4, start, end);
        return handler.onReset(streamId, bytes.readUInt32BE(start));
      case FRAME.SETTINGS:
        ofConnection(streamId);
        return this.#settings(flags, bytes, start, end);
      case FRAME.PING: {
        ofConnection(streamId);
        exactly(8, start, end);
        const payload = bytes.subarray(start, end);
        return (flags & FLAG.ACK) === 0 ? handler.onPing(payload) : handler.onPong(payload);
      }
      case FRAME.GOAWAY:
        ofConnection(streamId);
        if (end - start < 8) throw sizeError('GOAWAY is too short (RFC 9113 §6.8)');
        return handler.onGoaway(
          bytes.readUInt32BE(start) & 0x7fff_ffff,
          bytes.readUInt32BE(start + 4),
          bytes.subarray(start + 8, end),
        );
      case FRAME.WINDOW_UPDATE: {
        exactly(4, start, end);
        const increment = bytes.readUInt32BE(start) & 0x7fff_ffff;
        if (increment === 0) throw protocolError('WINDOW_UPDATE by 0 (RFC 9113 §6.9)');
        return handler.onWindowUpdate(streamId, increment);
      }
      case FRAME.PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE, which we have disabled (RFC 9113 §6.6)');
      case FRAME.PRIORITY:
        exactly(5, start, end);
        if (streamId === 0) throw protocolError('PRIORITY on stream 0 (RFC 9113 §6.3)');
        return handler.onIdleFrame(); // deprecated (§5.3.2)
      default:
        return handler.onIdleFrame(); // of an extension (§5.5)
    }
  }

  #block(block: HeaderBlock | undefined): void {
    if (block !== undefined) this.#handler.onBlock(block);
  }

  #settings(flags: number, bytes: Buffer, start: number, end: number): void {
    if ((flags & FLAG.ACK) === 0) {
      const settings = parseSettings(bytes, start, end);
      this.#greeted = true;
      return this.#handler.onSettings(settings);
    }
    exactly(0, start, end);
    if (!this.#greeted) throw protocolError('the first SETTINGS acknowledges ours (RFC 9113 §3.4)');
    this.#handler.onIdleFrame();
  }
}

const sizeError = (message: string): ConnectionError => new ConnectionError('FRAME_SIZE_ERROR', message);

function exactly(bytes: number, start: number, end: number): void {
  if (end - start !== bytes) throw sizeError(`a payload of ${end - start} bytes instead of ${bytes}`);
}

function ofConnection(streamId: number): void {
  if (streamId !== 0) throw protocolError('a connection-level frame on a stream (RFC 9113 §6)');
}

/** §6.1: the first byte says how many bytes of padding are at the end. */
function unpadded(flags: number, bytes: Buffer, start: number, end: number): { start: number; end: number } {
  if ((flags & FLAG.PADDED) === 0) return { start, end };
  const padding = bytes[start]!;
  if (start >= end || padding >= end - start)
    throw protocolError('more padding than payload (RFC 9113 §6.1)');
  return { start: start + 1, end: end - padding };
}
