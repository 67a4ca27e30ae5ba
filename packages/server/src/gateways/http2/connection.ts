// One connection to a push gateway: an HTTP/2 client (RFC 9113) for small requests and small responses, over any
// socket.
//
// Streams are records by number; nothing listens per request. Everything written in one turn of the event loop is
// one write (outbox.ts). A peer that breaks the rules loses its connection and nothing else: every error is thrown
// as a ConnectionError and caught in one place. The connection has no timers; its owner has. The file is long
// because all frames change the same few records and are easiest to read together.
import { Numbered } from '../../collections/numbered.ts';
import type { ConnectionOwner, ConnectionSocket } from './connection-owner.ts';
import { AbandonedStreams } from './abandoned-streams.ts';
import { ConnectionError, ERROR_CODE, errorText, protocolError } from './error-codes.ts';
import { FrameLoop, type FrameHandler } from './frame-loop.ts';
import { FLAG, FRAME, PREFACE } from './frames.ts';
import type { HeaderBlock } from './header-block.ts';
import { Outbox } from './outbox.ts';
import { FrameBudget } from './frame-budget.ts';
import { RECEIVE_WINDOW, ReceiveWindow, windowExceeded } from './receive-window.ts';
import { RequestWriter, type RequestHead } from './request-writer.ts';
import { areValid, responseHead } from './response-head.ts';
import { DEFAULT_WINDOW, OUR_SETTINGS, type PeerSettings } from './settings.ts';
import { appendBody, MAX_BODY_BYTES, type Stream } from './stream.ts';

/** Time for our GOAWAY to be sent; then the socket is closed whatever the peer does. */
const FAREWELL_MS = 1_000;
const MOST_DEBUG_BYTES = 1_024;
/**
 * How many streams may end in one turn of the event loop, at 10 to 20 µs each; the bytes behind them wait. One read may
 * bring the end of all thousand.
 */
const ENDED_PER_TURN = 128;

export class Connection<S extends Stream> implements FrameHandler {
  owner: ConnectionOwner<S>;
  readonly #socket: ConnectionSocket;
  readonly #outbox: Outbox;
  readonly #writer: RequestWriter;
  readonly #frames: FrameLoop;
  readonly #frameBudget: FrameBudget;
  /** In the order in which they began. */
  readonly #streams = new Numbered<S>();
  /** Reset by us, or refused by a GOAWAY: anything that still arrives for them is dropped. */
  readonly #abandoned = new AbandonedStreams();
  #nextId = 1;
  /** HEADERS of later streams have not been written to the socket yet. */
  #flushedId = 0;
  #lastStreamId = Number.POSITIVE_INFINITY;
  #closed = false;
  #blocked = false;
  readonly #window = new ReceiveWindow();
  #endedInTurn = 0;
  /** Read, but left for the next turn; the socket is paused meanwhile. */
  #later: Buffer | undefined;
  #error: Error | undefined;

  /** Takes a socket that has agreed on `h2`. Sends the preface in this turn. */
  constructor(socket: ConnectionSocket, owner: ConnectionOwner<S>, monotonic: () => number) {
    this.#socket = socket;
    this.owner = owner;
    this.#frameBudget = new FrameBudget(monotonic);
    this.#outbox = new Outbox(socket, () => {
      this.#flushedId = this.#nextId - 2;
    });
    this.#writer = new RequestWriter(this.#outbox);
    this.#frames = new FrameLoop(this);
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

  /** Whether a request would be sent at once, and not wait in our memory for the peer to read. */
  get writable(): boolean {
    const blocked = this.#socket.writableNeedDrain || this.#writer.blocked;
    if (blocked) this.#blocked = true; // until the owner was told
    return !blocked;
  }

  /** In the order in which they began. */
  [Symbol.iterator](): Iterator<S> {
    return this.#streams[Symbol.iterator]();
  }

  /**
   * Begins a stream. Identifiers are not reused (§5.1.1): the owner replaces the connection before it has used
   * 2^30.
   */
  request(stream: S, head: RequestHead, body: string): void {
    stream.id = this.#nextId;
    this.#nextId += 2;
    this.#streams.add(numberOf(stream.id), stream);
    this.#writer.request(stream, head, body);
  }

  /** Abandons a stream; its end is not reported. */
  cancel(stream: S): void {
    this.#reset(stream, ERROR_CODE.CANCEL);
    this.#remove(stream);
  }

  ping(): void {
    this.#outbox.frame(FRAME.PING, 0, 0, PING_PAYLOAD);
  }

  /** Sends a GOAWAY and closes; open streams are lost. */
  close(): void {
    this.#readRest();
    this.#leave(ERROR_CODE.NO_ERROR, '');
  }

  /** Drops the connection without a GOAWAY. */
  abort(why?: Error): void {
    this.#readRest();
    this.#socket.destroy();
    this.#end(why);
  }

  get hasEnough(): boolean {
    return this.#endedInTurn >= ENDED_PER_TURN;
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    try {
      this.#later = this.#frames.read(chunk);
      if (this.#later !== undefined) this.#socket.pause();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      const why = new Error(`the gateway violates HTTP/2: ${error.message}`, { cause: error });
      this.#leave(error.code, error.message, why);
    }
  }

  readonly #nextTurn = (): void => {
    this.#endedInTurn = 0;
    const chunk = this.#later;
    if (chunk === undefined) return;
    this.#later = undefined;
    this.#socket.resume();
    this.#read(chunk);
  };

  /** Answers that have arrived count, although the connection is over. */
  #readRest(): void {
    while (this.#later !== undefined) this.#nextTurn();
  }

  onBlock(block: HeaderBlock): void {
    this.#known(block.streamId, 'HEADERS');
    const stream = this.#streams.get(numberOf(block.streamId));
    if (stream === undefined) return this.#late(block.streamId, block.endStream);
    if (stream.head !== undefined) {
      // Trailers (§8.1).
      if (!block.endStream || !areValid(block.fields, 0)) return this.#malformed(stream);
      return this.#complete(stream);
    }
    const head = responseHead(block.fields);
    if (head === undefined) return this.#malformed(stream);
    if (head.status < 200) {
      // Informational (§8.1): another head follows. 101 belongs to HTTP/1.1 (§8.6).
      if (block.endStream || head.status === 101) return this.#malformed(stream);
      return this.#frameBudget.spend();
    }
    stream.head = head;
    this.owner.heard();
    if (block.endStream) this.#complete(stream);
  }

  onData(
    streamId: number,
    endStream: boolean,
    frameBytes: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    this.#known(streamId, 'DATA');
    this.#window.take(frameBytes);
    const stream = this.#streams.get(numberOf(streamId));
    if (stream === undefined) {
      this.#consume(frameBytes);
      return this.#late(streamId, endStream);
    }
    stream.receivedBytes += frameBytes;
    if (stream.receivedBytes > MAX_BODY_BYTES) throw windowExceeded();
    if (stream.head === undefined) return this.#malformed(stream);
    if (end > start) appendBody(stream, bytes, start, end);
    else if (!endStream) this.#frameBudget.spend();
    if (endStream) return this.#complete(stream);
    // The window is used up and we never widen it: what has arrived must suffice.
    if (stream.receivedBytes === MAX_BODY_BYTES) {
      this.#reset(stream, ERROR_CODE.CANCEL);
      stream.ended = true;
      this.#settle(stream);
    }
  }

  onReset(streamId: number, code: number): void {
    this.#known(streamId, 'RST_STREAM');
    const stream = this.#streams.get(numberOf(streamId));
    if (stream === undefined) {
      this.#abandoned.forget(streamId);
      return this.#frameBudget.spend();
    }
    stream.refused = code === ERROR_CODE.REFUSED_STREAM;
    stream.reset = stream.refused ? 'REFUSED_STREAM' : `stream reset with code ${errorText(code)}`;
    this.#settle(stream);
  }

  onSettings(settings: PeerSettings): void {
    this.#frameBudget.spend();
    this.#writer.obey(settings, this.#streams);
    this.#outbox.frame(FRAME.SETTINGS, FLAG.ACK, 0, new Uint8Array());
    this.owner.settings(settings);
    this.#unblock();
  }

  onPing(payload: Buffer): void {
    this.#frameBudget.spend();
    this.#outbox.frame(FRAME.PING, FLAG.ACK, 0, payload);
  }

  onPong(payload: Buffer): void {
    this.#frameBudget.spend();
    if (payload.equals(PING_PAYLOAD)) this.owner.pong();
  }

  onIdleFrame(): void {
    this.#frameBudget.spend();
  }

  onGoaway(lastStreamId: number, code: number, debug: Buffer): void {
    this.#frameBudget.spend();
    // A graceful shutdown sends two, the first with the highest possible identifier; the value never grows (§6.8).
    this.#lastStreamId = Math.min(this.#lastStreamId, lastStreamId);
    this.owner.goaway(code, Buffer.from(debug.subarray(0, MOST_DEBUG_BYTES)));
    for (const stream of this.#streams) {
      if (stream.id <= this.#lastStreamId) continue;
      stream.refused = true;
      if (code === ERROR_CODE.NO_ERROR) stream.reset = 'REFUSED_STREAM';
      this.#abandoned.add(stream.id);
      this.#settle(stream);
    }
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId !== 0) this.#known(streamId, 'WINDOW_UPDATE');
    const stream = streamId === 0 ? undefined : this.#streams.get(numberOf(streamId));
    if (streamId !== 0 && stream === undefined) return; // the stream has ended; the frames crossed
    this.#writer.widen(stream, increment);
    this.#unblock();
  }

  /** Only streams that we opened exist: others are idle (§5.1), and we have disabled server push. */
  #known(streamId: number, frame: string): void {
    if (streamId % 2 === 0 || streamId >= this.#nextId)
      throw protocolError(`${frame} on stream ${streamId}, which never began (RFC 9113 §5.1)`);
  }

  /** HEADERS or DATA on a stream that no longer exists. */
  #late(streamId: number, endStream: boolean): void {
    if (!this.#abandoned.has(streamId))
      throw new ConnectionError(
        'STREAM_CLOSED',
        `more on stream ${streamId}, which has ended (RFC 9113 §5.1)`,
      );
    if (endStream) this.#abandoned.forget(streamId);
    this.#frameBudget.spend();
  }

  #complete(stream: S): void {
    const stated = stream.head?.fields.get('content-length');
    // §8.1.1: malformed if the lengths differ. A 304 states the length of another response.
    if (stated !== undefined && Number(stated) !== stream.bodyBytes && stream.head?.status !== 304)
      return this.#malformed(stream);
    stream.ended = true;
    // Answered before it had our whole body: nobody needs the rest (§8.1).
    if (stream.unsent !== undefined) this.#reset(stream, ERROR_CODE.CANCEL);
    this.#settle(stream);
  }

  /** §8.1.1: an error of the response, not of the connection. */
  #malformed(stream: S): void {
    this.#reset(stream, ERROR_CODE.PROTOCOL_ERROR);
    stream.reset = 'malformed response (RFC 9113 §8.1.1)';
    this.#settle(stream);
  }

  #reset({ id }: Stream, code: number): void {
    this.#outbox.frame(FRAME.RST_STREAM, 0, id, uint32(code));
    this.#abandoned.add(id);
  }

  #settle(stream: S): void {
    if (this.#endedInTurn++ === 0) setImmediate(this.#nextTurn);
    this.#remove(stream);
    this.owner.ended(stream);
  }

  #remove(stream: Stream): void {
    this.#streams.delete(numberOf(stream.id));
    this.#writer.forget(stream);
    this.#consume(stream.receivedBytes);
  }

  /** Bytes that we no longer hold; the peer may send as many again. */
  #consume(bytes: number): void {
    const granted = this.#window.give(bytes);
    if (granted > 0 && !this.#closed) this.#outbox.frame(FRAME.WINDOW_UPDATE, 0, 0, uint32(granted));
  }

  #unblock(): void {
    if (!this.#blocked || this.#closed || !this.writable) return;
    this.#blocked = false;
    this.owner.writable();
  }

  /** GOAWAY, then the end of the socket, even if the peer no longer reads. */
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
    for (const stream of this.#streams) {
      if (stream.id > this.#flushedId) stream.id = 0;
      this.owner.ended(stream);
    }
    this.#streams.clear();
    this.owner.closed();
  }
}

/** Our streams have odd identifiers (§5.1.1); even ones are refused before anything is looked up. */
const numberOf = (streamId: number): number => streamId >>> 1;

const PING_PAYLOAD = Buffer.alloc(8, 'ping');

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
