// Outgoing requests: HEADERS at once, DATA as far as both flow-control windows allow (RFC 9113 §5.2, §6.9).
import { ConnectionError } from './error-codes.ts';
import { FLAG, FRAME, HEADER_BYTES, MAX_FRAME_BYTES, writeFrameHeader } from './frames.ts';
import type { HeaderTemplate } from './header-template.ts';
import type { Outbox } from './outbox.ts';
import { DEFAULT_WINDOW, MAX_WINDOW, type PeerSettings } from './settings.ts';
import type { Stream } from './stream.ts';

/** A template, and the values for its placeholders. */
export interface RequestHead {
  readonly template: HeaderTemplate;
  readonly values: readonly string[];
}

export class RequestWriter {
  readonly #outbox: Outbox;
  /** Streams whose bodies wait for a window, in the order of their requests. */
  readonly #waiting = new Set<Stream>();
  #window = DEFAULT_WINDOW;
  #initialWindow = DEFAULT_WINDOW;
  #maxFrameBytes = MAX_FRAME_BYTES;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Bodies wait for the connection's window: another request would wait behind them. */
  get blocked(): boolean {
    return this.#window === 0 && this.#waiting.size > 0;
  }

  request(stream: Stream, { template, values }: RequestHead, body: string): void {
    stream.sendWindow = this.#initialWindow;
    const at = this.#outbox.length;
    // No character takes more than three bytes of UTF-8.
    const buffer = this.#outbox.reserve(2 * HEADER_BYTES + template.bound(values) + body.length * 3);
    const headEnd = template.write(buffer, at + HEADER_BYTES, values);
    const headBytes = headEnd - at - HEADER_BYTES;
    if (headBytes > this.#maxFrameBytes) {
      const block = Buffer.from(buffer.subarray(at + HEADER_BYTES, headEnd));
      return this.#inParts(stream, block, body);
    }
    writeFrameHeader(buffer, at, headBytes, FRAME.HEADERS, FLAG.END_HEADERS, stream.id);
    const bodyBytes = buffer.write(body, headEnd + HEADER_BYTES, 'utf8');
    const room = Math.min(this.#window, stream.sendWindow, this.#maxFrameBytes);
    if (bodyBytes > room) {
      stream.unsent = Buffer.from(
        buffer.subarray(headEnd + HEADER_BYTES, headEnd + HEADER_BYTES + bodyBytes),
      );
      this.#outbox.written(headEnd);
      return this.#send(stream);
    }
    writeFrameHeader(buffer, headEnd, bodyBytes, FRAME.DATA, FLAG.END_STREAM, stream.id);
    this.#window -= bodyBytes;
    stream.sendWindow -= bodyBytes;
    this.#outbox.written(headEnd + HEADER_BYTES + bodyBytes);
  }

  /** Drops the rest of the body. */
  forget(stream: Stream): void {
    this.#waiting.delete(stream);
    stream.unsent = undefined;
  }

  /** WINDOW_UPDATE (§6.9): of the connection, or of one stream. */
  widen(stream: Stream | undefined, increment: number): void {
    const window = (stream === undefined ? this.#window : stream.sendWindow) + increment;
    if (window > MAX_WINDOW)
      throw new ConnectionError('FLOW_CONTROL_ERROR', 'a window of over 2^31-1 bytes (RFC 9113 §6.9.1)');
    if (stream === undefined) this.#window = window;
    else stream.sendWindow = window;
    for (const one of stream === undefined ? this.#waiting : [stream]) {
      if (this.#window === 0) return;
      if (one.unsent !== undefined) this.#send(one);
    }
  }

  /** A new initial window also applies to open streams, and may make a window negative (§6.9.2). */
  obey({ initialWindow, maxFrameBytes }: PeerSettings, streams: Iterable<Stream>): void {
    this.#maxFrameBytes = maxFrameBytes ?? this.#maxFrameBytes;
    if (initialWindow === undefined || initialWindow === this.#initialWindow) return;
    const change = initialWindow - this.#initialWindow;
    this.#initialWindow = initialWindow;
    for (const stream of streams) this.widen(stream, change);
  }

  /** As much of the body as the windows allow. */
  #send(stream: Stream): void {
    while (stream.unsent !== undefined) {
      const { unsent } = stream;
      const room = Math.min(this.#window, stream.sendWindow, this.#maxFrameBytes, unsent.length);
      if (room <= 0 && unsent.length > 0) return void this.#waiting.add(stream);
      const last = room === unsent.length;
      this.#outbox.frame(FRAME.DATA, last ? FLAG.END_STREAM : 0, stream.id, unsent.subarray(0, room));
      this.#window -= room;
      stream.sendWindow -= room;
      stream.unsent = last ? undefined : unsent.subarray(room);
    }
    this.#waiting.delete(stream);
  }

  /** A header block larger than a frame (§6.10). */
  #inParts(stream: Stream, block: Buffer, body: string): void {
    for (let at = 0; at < block.length; at += this.#maxFrameBytes) {
      const part = block.subarray(at, at + this.#maxFrameBytes);
      const flags = at + part.length === block.length ? FLAG.END_HEADERS : 0;
      this.#outbox.frame(at === 0 ? FRAME.HEADERS : FRAME.CONTINUATION, flags, stream.id, part);
    }
    stream.unsent = Buffer.from(body);
    this.#send(stream);
  }
}
