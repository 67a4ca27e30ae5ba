// One connection to a push gateway: HTTP/2 as a client (RFC 9113) with small requests and small responses, over any socket.
//
// Streams are records by number; nothing listens to anything per request. What is said in one turn of the event loop is
// one write (outbox.ts). A peer that breaks the rules ends its connection and nothing else: every fault is thrown as a
// ConnectionError and caught in one place. The connection has no timers; its owner has.
import type { Duplex } from 'node:stream';
import { ConnectionError, ERROR_CODE, errorText } from './error-codes.ts';
import { FLAG, FRAME, FrameReader, PREFACE } from './frames.ts';
import { HeaderBlockReader, type HeaderBlock } from './header-block.ts';
import { Outbox } from './outbox.ts';
import { Patience } from './patience.ts';
import { RequestWriter, type RequestHead } from './request-writer.ts';
import { fieldMap, responseHead } from './response-head.ts';
import { DEFAULT_WINDOW, OUR_SETTINGS, parseSettings, type PeerSettings } from './settings.ts';
import { appendBody, MAX_BODY_BYTES, type Stream } from './stream.ts';

/** What a connection needs of its socket: TCP or TLS, directly or through a tunnel. */
export interface ConnectionSocket extends Duplex {
  /** Calls back when nothing has been read or written for so long. */
  setTimeout(ms: number, callback: () => void): unknown;
  /** Destroys it once everything is written. */
  destroySoon(): void;
}

/** How a connection reports, always in the turn in which the frame came. */
export interface ConnectionOwner<S extends Stream> {
  /** The first call says that the peer is ready. Members that did not change are absent. */
  settings(settings: PeerSettings): void;
  /** No streams may begin any more; those above its last stream end right after this call. */
  goaway(code: number, debug: Buffer): void;
  /** The answer to `ping`. */
  pong(): void;
  /** The head of a final response came. */
  heard(): void;
  /** The stream is done, and its place is free. */
  ended(stream: S): void;
  /** `writable` may be true again. */
  writable(): void;
  /** The connection is over, by whatever it was; its streams end right after this call. Undefined: the peer just closed it. */
  broken(why: NodeJS.ErrnoException | undefined): void;
  /** After the last stream has ended. */
  closed(): void;
}

/** All the bodies under way together, and so the memory that a peer can make us hold. */
const RECEIVE_WINDOW = 1_048_576;
/** The responses to streams that we have reset may still come; beyond so many they count as a fault (§5.1). */
const MOST_ABANDONED = 4_096;
/** For our GOAWAY to leave, after which the socket is closed whatever the peer does. */
const FAREWELL_MS = 1_000;
const MOST_DEBUG_BYTES = 1_024;

export class Connection<S extends Stream> {
  owner: ConnectionOwner<S>;
  readonly #socket: ConnectionSocket;
  readonly #outbox: Outbox;
  readonly #writer: RequestWriter;
  readonly #reader: FrameReader;
  readonly #blocks = new HeaderBlockReader();
  readonly #patience: Patience;
  /** In the order in which they began. */
  readonly #streams = new Map<number, S>();
  /** Reset by us, or refused by a GOAWAY: what still comes for them is dropped. */
  readonly #abandoned = new Set<number>();
  #nextId = 1;
  /** HEADERS of later streams have not gone to the socket. */
  #flushedId = 0;
  #lastStreamId = Number.POSITIVE_INFINITY;
  #greeted = false;
  #closed = false;
  #blocked = false;
  /** What the peer may still send, and what it may be granted again. */
  #receiveWindow = RECEIVE_WINDOW;
  #consumed = 0;
  #error: Error | undefined;

  /** Of a socket that has agreed on `h2`. Says the preface in this turn. */
  constructor(socket: ConnectionSocket, owner: ConnectionOwner<S>, monotonic: () => number) {
    this.#socket = socket;
    this.owner = owner;
    this.#patience = new Patience(monotonic);
    this.#outbox = new Outbox(socket, () => {
      this.#flushedId = this.#nextId - 2;
    });
    this.#writer = new RequestWriter(this.#outbox);
    this.#reader = new FrameReader((type, flags, streamId, bytes, start, end) => {
      if (!this.#closed) this.#frame(type, flags, streamId, bytes, start, end);
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#unblock());
    socket.on('error', (error) => {
      this.#error = error;
      socket.destroy();
    });
    socket.on('end', () => this.abort());
    socket.on('close', () => this.abort(this.#error));
    this.#outbox.bytes(PREFACE);
    this.#outbox.frame(FRAME.SETTINGS, 0, 0, OUR_SETTINGS);
    this.#outbox.frame(FRAME.WINDOW_UPDATE, 0, 0, uint32(RECEIVE_WINDOW - DEFAULT_WINDOW));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Streams that have not ended. */
  get streams(): number {
    return this.#streams.size;
  }

  /** A request would leave at once, and not wait in our memory for the peer to read. */
  get writable(): boolean {
    this.#blocked = this.#socket.writableNeedDrain || this.#writer.blocked;
    return !this.#blocked;
  }

  /** In the order in which they began. */
  [Symbol.iterator](): Iterator<S> {
    return this.#streams.values();
  }

  /** Begins a stream. Identifiers are not used again (§5.1.1): the owner replaces the connection before 2^30 of them. */
  request(stream: S, head: RequestHead, body: string): void {
    stream.id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    this.#writer.request(stream, head, body);
  }

  /** Gives up on a stream; it does not report its end. */
  cancel(stream: S): void {
    this.#reset(stream, ERROR_CODE.CANCEL);
    this.#remove(stream);
  }

  ping(): void {
    this.#outbox.frame(FRAME.PING, 0, 0, PING_PAYLOAD);
  }

  /** Says goodbye and closes; streams under way are lost. */
  close(): void {
    this.#leave(ERROR_CODE.NO_ERROR, '');
  }

  /** Drops the connection without a word. */
  abort(why?: Error): void {
    this.#socket.destroy();
    this.#end(why);
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      const why = new Error(`the gateway violates HTTP/2: ${error.message}`, { cause: error });
      this.#leave(error.code, error.message, why);
    }
  }

  #frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const awaited = this.#blocks.awaited;
    if (awaited !== undefined && (type !== FRAME.CONTINUATION || streamId !== awaited))
      throw protocolError('another frame inside a header block (RFC 9113 §6.10)');
    // §3.4. A GOAWAY in its place is no greeting, but says why there is none.
    if (!this.#greeted && type !== FRAME.SETTINGS && type !== FRAME.GOAWAY)
      throw protocolError('the first frame is not SETTINGS (RFC 9113 §3.4)');
    switch (type) {
      case FRAME.DATA:
        return this.#onData(flags, streamId, bytes, start, end);
      case FRAME.HEADERS:
        return this.#onHeaders(flags, streamId, bytes, start, end);
      case FRAME.CONTINUATION:
        if (awaited === undefined) throw protocolError('CONTINUATION without HEADERS (RFC 9113 §6.10)');
        return this.#onBlock(this.#blocks.continuation(flags, bytes, start, end));
      case FRAME.RST_STREAM:
        exactly(4, start, end);
        return this.#onReset(streamId, bytes.readUInt32BE(start));
      case FRAME.SETTINGS:
        ofConnection(streamId);
        return this.#onSettings(flags, bytes, start, end);
      case FRAME.PING:
        ofConnection(streamId);
        exactly(8, start, end);
        return this.#onPing(flags, bytes.subarray(start, end));
      case FRAME.GOAWAY:
        ofConnection(streamId);
        if (end - start < 8) throw new ConnectionError('FRAME_SIZE_ERROR', 'a short GOAWAY (RFC 9113 §6.8)');
        return this.#onGoaway(bytes, start, end);
      case FRAME.WINDOW_UPDATE:
        exactly(4, start, end);
        return this.#onWindowUpdate(streamId, bytes.readUInt32BE(start) & 0x7fff_ffff);
      case FRAME.PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE, which we have disabled (RFC 9113 §6.6)');
      case FRAME.PRIORITY:
        exactly(5, start, end);
        if (streamId === 0) throw protocolError('PRIORITY of no stream (RFC 9113 §6.3)');
        return this.#patience.spend(); // deprecated (§5.3.2)
      default:
        return this.#patience.spend(); // of an extension (§5.5)
    }
  }

  #onHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.#known(streamId, 'HEADERS');
    const payload = unpadded(flags, bytes, start, end);
    const priorityBytes = (flags & FLAG.PRIORITY) === 0 ? 0 : 5;
    if (payload.start + priorityBytes > payload.end)
      throw new ConnectionError('FRAME_SIZE_ERROR', 'HEADERS too short for its priority (RFC 9113 §6.2)');
    this.#onBlock(this.#blocks.headers(flags, streamId, bytes, payload.start + priorityBytes, payload.end));
  }

  #onBlock(block: HeaderBlock | undefined): void {
    if (block === undefined) return;
    const stream = this.#streams.get(block.streamId);
    if (stream === undefined) return this.#late(block.streamId, block.endStream);
    if (stream.head !== undefined) {
      // Trailers (§8.1).
      if (!block.endStream || fieldMap(block.fields, 0) === undefined) return this.#malformed(stream);
      return this.#complete(stream);
    }
    const head = responseHead(block.fields);
    if (head === undefined) return this.#malformed(stream);
    if (head.status < 200) {
      // Informational (§8.1): another head follows. 101 is of HTTP/1.1 (§8.6).
      if (block.endStream || head.status === 101) return this.#malformed(stream);
      return this.#patience.spend();
    }
    stream.head = head;
    this.owner.heard();
    if (block.endStream) this.#complete(stream);
  }

  #onData(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.#known(streamId, 'DATA');
    const payload = unpadded(flags, bytes, start, end);
    const length = end - start; // padding counts (§6.9)
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw windowExceeded();
    const endStream = (flags & FLAG.END_STREAM) !== 0;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      this.#consume(length);
      return this.#late(streamId, endStream);
    }
    stream.receivedBytes += length;
    if (stream.receivedBytes > MAX_BODY_BYTES) throw windowExceeded();
    if (stream.head === undefined) return this.#malformed(stream);
    if (payload.end > payload.start) appendBody(stream, bytes, payload.start, payload.end);
    else if (!endStream) this.#patience.spend();
    if (endStream) return this.#complete(stream);
    // The window is used up, and we grant no other: what is there has to do.
    if (stream.receivedBytes === MAX_BODY_BYTES) {
      this.#reset(stream, ERROR_CODE.CANCEL);
      stream.ended = true;
      this.#settle(stream);
    }
  }

  #onReset(streamId: number, code: number): void {
    this.#known(streamId, 'RST_STREAM');
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      this.#abandoned.delete(streamId);
      return this.#patience.spend();
    }
    stream.refused = code === ERROR_CODE.REFUSED_STREAM;
    stream.reset = stream.refused ? 'REFUSED_STREAM' : `stream reset with code ${errorText(code)}`;
    this.#settle(stream);
  }

  #onSettings(flags: number, bytes: Buffer, start: number, end: number): void {
    if ((flags & FLAG.ACK) !== 0) {
      exactly(0, start, end);
      if (!this.#greeted) throw protocolError('the first SETTINGS acknowledges ours (RFC 9113 §3.4)');
      return this.#patience.spend();
    }
    const settings = parseSettings(bytes, start, end);
    this.#patience.spend();
    this.#greeted = true;
    this.#writer.obey(settings, this.#streams.values());
    this.#outbox.frame(FRAME.SETTINGS, FLAG.ACK, 0, new Uint8Array());
    this.owner.settings(settings);
    this.#unblock();
  }

  #onPing(flags: number, payload: Buffer): void {
    this.#patience.spend();
    if ((flags & FLAG.ACK) === 0) return this.#outbox.frame(FRAME.PING, FLAG.ACK, 0, payload);
    if (payload.equals(PING_PAYLOAD)) this.owner.pong();
  }

  #onGoaway(bytes: Buffer, start: number, end: number): void {
    this.#patience.spend();
    // A graceful shutdown sends two, the first with the highest identifier there is; it never grows (§6.8).
    this.#lastStreamId = Math.min(this.#lastStreamId, bytes.readUInt32BE(start) & 0x7fff_ffff);
    const debug = Buffer.from(bytes.subarray(start + 8, Math.min(end, start + 8 + MOST_DEBUG_BYTES)));
    const code = bytes.readUInt32BE(start + 4);
    this.owner.goaway(code, debug);
    for (const stream of this.#streams.values()) {
      if (stream.id <= this.#lastStreamId) continue;
      stream.refused = true;
      if (code === ERROR_CODE.NO_ERROR) stream.reset = 'REFUSED_STREAM';
      this.#abandon(stream.id);
      this.#settle(stream);
    }
  }

  #onWindowUpdate(streamId: number, increment: number): void {
    if (increment === 0) throw protocolError('WINDOW_UPDATE by 0 (RFC 9113 §6.9)');
    if (streamId !== 0) this.#known(streamId, 'WINDOW_UPDATE');
    const stream = this.#streams.get(streamId);
    if (streamId !== 0 && stream === undefined) return; // it has ended: the two crossed
    this.#writer.widen(stream, increment);
    this.#unblock();
  }

  /** Only streams that we have begun exist: the others are idle (§5.1), and pushed ones we have disabled. */
  #known(streamId: number, frame: string): void {
    if (streamId % 2 === 0 || streamId >= this.#nextId)
      throw protocolError(`${frame} on stream ${streamId}, which never began (RFC 9113 §5.1)`);
  }

  /** HEADERS or DATA on a stream that is no more. */
  #late(streamId: number, endStream: boolean): void {
    if (!this.#abandoned.has(streamId))
      throw new ConnectionError(
        'STREAM_CLOSED',
        `more on stream ${streamId}, which has ended (RFC 9113 §5.1)`,
      );
    if (endStream) this.#abandoned.delete(streamId);
    this.#patience.spend();
  }

  #complete(stream: S): void {
    const stated = stream.head?.fields.get('content-length');
    // §8.1.1: malformed when the lengths differ. 304 states that of another response.
    if (stated !== undefined && Number(stated) !== stream.bodyBytes && stream.head?.status !== 304)
      return this.#malformed(stream);
    stream.ended = true;
    // Answered before it had our whole body: nobody needs the rest (§8.1).
    if (stream.unsent !== undefined) this.#reset(stream, ERROR_CODE.CANCEL);
    this.#settle(stream);
  }

  /** §8.1.1: a fault of the response and not of the connection. */
  #malformed(stream: S): void {
    this.#reset(stream, ERROR_CODE.PROTOCOL_ERROR);
    stream.reset = 'malformed response (RFC 9113 §8.1.1)';
    this.#settle(stream);
  }

  #reset({ id }: Stream, code: number): void {
    this.#outbox.frame(FRAME.RST_STREAM, 0, id, uint32(code));
    this.#abandon(id);
  }

  #abandon(streamId: number): void {
    this.#abandoned.add(streamId);
    if (this.#abandoned.size <= MOST_ABANDONED) return;
    for (const oldest of this.#abandoned) return void this.#abandoned.delete(oldest);
  }

  #settle(stream: S): void {
    this.#remove(stream);
    this.owner.ended(stream);
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#writer.forget(stream);
    this.#consume(stream.receivedBytes);
  }

  /** What we hold no more, the peer may send again. */
  #consume(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < RECEIVE_WINDOW / 2 || this.#closed) return;
    this.#receiveWindow += this.#consumed;
    this.#outbox.frame(FRAME.WINDOW_UPDATE, 0, 0, uint32(this.#consumed));
    this.#consumed = 0;
  }

  #unblock(): void {
    if (this.#blocked && !this.#closed && this.writable) this.owner.writable();
  }

  /** GOAWAY, then the end of the socket, also when the peer reads no more. */
  #leave(code: number, debug: string, why?: Error): void {
    if (this.#closed) return;
    const payload = Buffer.concat([uint32(0), uint32(code), Buffer.from(debug)]);
    this.#outbox.frame(FRAME.GOAWAY, 0, 0, payload);
    this.#outbox.flush();
    this.#socket.pause();
    this.#socket.setTimeout(FAREWELL_MS, () => this.#socket.destroy());
    this.#socket.destroySoon();
    this.#end(why);
  }

  #end(why: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.owner.broken(why);
    for (const stream of this.#streams.values()) {
      if (stream.id > this.#flushedId) stream.id = 0;
      this.owner.ended(stream);
    }
    this.#streams.clear();
    this.owner.closed();
  }
}

const PING_PAYLOAD = Buffer.alloc(8, 'ping');

const protocolError = (message: string): ConnectionError => new ConnectionError('PROTOCOL_ERROR', message);
const windowExceeded = (): ConnectionError =>
  new ConnectionError('FLOW_CONTROL_ERROR', 'more DATA than the window allows (RFC 9113 §6.9.1)');

function exactly(bytes: number, start: number, end: number): void {
  if (end - start !== bytes)
    throw new ConnectionError('FRAME_SIZE_ERROR', `a payload of ${end - start} bytes where ${bytes} belong`);
}

function ofConnection(streamId: number): void {
  if (streamId !== 0) throw protocolError('a frame of the connection on a stream (RFC 9113 §6)');
}

/** §6.1: the first byte says how many at the end are padding. */
function unpadded(flags: number, bytes: Buffer, start: number, end: number): { start: number; end: number } {
  if ((flags & FLAG.PADDED) === 0) return { start, end };
  const padding = bytes[start]!;
  if (start >= end || padding >= end - start)
    throw protocolError('more padding than payload (RFC 9113 §6.1)');
  return { start: start + 1, end: end - padding };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
