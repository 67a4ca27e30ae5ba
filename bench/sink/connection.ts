// The gateway's end of one HTTP/2 connection (RFC 9113), at the level of frames: no stream objects, one write per turn of the
// event loop. It supports what push senders need; a protocol error ends the connection with a line on stderr.
import { randomUUID } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { HeaderDecoder } from './hpack.ts';

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;

const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
const PADDED = 8;
const PRIORITY = 32;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const REFUSED_STREAM = 7;
const TABLE_BYTES = 4096;
const MAX_FRAME_BYTES = 16_384;
/** More than a push or its answer needs, so a stream's window never closes and only the connection's is tracked. */
const STREAM_WINDOW_BYTES = 65_535;
const CONNECTION_WINDOW_BYTES = 1_048_576;
const OUT_BYTES = 65_536;

export interface Gateway {
  readonly maxStreams: number;
  /** The frames that answer every request, without the stream id. Absent: never answer. */
  readonly answer: 'apns' | 'fcm' | 'never';
  /** Whether `pushed` needs the body now. */
  readonly keepsBodies: () => boolean;
  readonly pushed: (body: Buffer | undefined) => void;
}

interface Request {
  readonly apnsId: Buffer | undefined;
  readonly body: Buffer[];
}

/** `:status: 200`, `apns-id: ` and its length; 36 characters follow. */
const APNS_FIELDS = Buffer.from(`\u0088\u0000\u0007apns-id\u0024`, 'latin1');
/** `:status: 200`, `content-type: application/json`. */
const FCM_FIELDS = Buffer.from(`\u0088\u000f\u0010\u0010application/json`, 'latin1');

export function serve(socket: TLSSocket, gateway: Gateway): void {
  const decoder = new HeaderDecoder(TABLE_BYTES);
  const requests = new Map<number, Request>();
  let greeted = false;
  let rest: Buffer | undefined;
  /** A header block that continues in CONTINUATION frames. */
  let open: { stream: number; flags: number; parts: Buffer[] } | undefined;
  let received = 0;
  /** Our send windows, for the connection and for each new stream. */
  let window = 65_535;
  let streamWindow = 65_535;
  const waiting: { stream: number; body: Buffer }[] = [];
  let out = Buffer.allocUnsafe(OUT_BYTES);
  let from = 0;
  let to = 0;
  let scheduled = false;
  let messages = 0;

  function flush(): void {
    scheduled = false;
    if (from < to && !socket.destroyed) socket.write(out.subarray(from, to));
    from = to;
  }

  /** Begins a frame; its payload is written to `out` at `to`, which the caller moves. */
  function frame(length: number, type: number, flags: number, stream: number): void {
    if (to + 9 + length > out.length) {
      flush();
      out = Buffer.allocUnsafe(OUT_BYTES);
      from = 0;
      to = 0;
    }
    out.writeUIntBE(length, to, 3);
    out[to + 3] = type;
    out[to + 4] = flags;
    out.writeUInt32BE(stream, to + 5);
    to += 9;
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function put(bytes: Uint8Array): void {
    out.set(bytes, to);
    to += bytes.length;
  }

  function number(value: number): void {
    to = out.writeUInt32BE(value, to);
  }

  function windowUpdate(bytes: number): void {
    frame(4, WINDOW_UPDATE, 0, 0);
    number(bytes);
  }

  function greet(): void {
    // Like Apple's gateway (github.com/jchambers/pushy/issues/878), with a stream limit per gateway.
    const settings = [
      [1, TABLE_BYTES],
      [3, gateway.maxStreams],
      [4, STREAM_WINDOW_BYTES],
      [5, MAX_FRAME_BYTES],
      [6, 8000],
    ] as const;
    frame(settings.length * 6, SETTINGS, 0, 0);
    for (const [name, value] of settings) {
      to = out.writeUInt16BE(name, to);
      number(value);
    }
    windowUpdate(CONNECTION_WINDOW_BYTES - 65_535);
  }

  function request(stream: number, flags: number, block: Buffer): void {
    const apnsId = decoder.apnsId(block);
    if (requests.size >= gateway.maxStreams) {
      frame(4, RST_STREAM, 0, stream);
      return number(REFUSED_STREAM);
    }
    requests.set(stream, { apnsId, body: [] });
    if ((flags & END_STREAM) !== 0) ended(stream);
  }

  function ended(stream: number): void {
    const request = requests.get(stream);
    if (request === undefined) return; // it was refused or reset
    gateway.pushed(gateway.keepsBodies() ? Buffer.concat(request.body) : undefined);
    if (gateway.answer === 'never') return;
    requests.delete(stream);
    if (gateway.answer === 'apns') {
      const id = request.apnsId?.length === 36 ? request.apnsId : Buffer.from(randomUUID());
      frame(APNS_FIELDS.length + 36, HEADERS, END_HEADERS | END_STREAM, stream);
      put(APNS_FIELDS);
      return put(id);
    }
    frame(FCM_FIELDS.length, HEADERS, END_HEADERS, stream);
    put(FCM_FIELDS);
    const name = `projects/bench/messages/0:${process.pid}%${messages++}`;
    waiting.push({ stream, body: Buffer.from(`{"name":"${name}"}`) });
    return sendBodies();
  }

  /** As many as fit into the connection's window. */
  function sendBodies(): void {
    while (waiting[0] !== undefined && waiting[0].body.length <= window) {
      const { stream, body } = waiting.shift()!;
      if (body.length > streamWindow) throw new Error(`no answer fits a stream's window of ${streamWindow}`);
      window -= body.length;
      frame(body.length, DATA, END_STREAM, stream);
      put(body);
    }
  }

  function payload(bytes: Buffer, type: number, flags: number, stream: number, start: number, end: number) {
    switch (type) {
      case DATA: {
        received += end - start;
        if (received >= CONNECTION_WINDOW_BYTES / 2) {
          windowUpdate(received);
          received = 0;
        }
        if (gateway.keepsBodies()) {
          const padding = (flags & PADDED) === 0 ? 0 : bytes[start++]!;
          requests.get(stream)?.body.push(Buffer.from(bytes.subarray(start, end - padding)));
        }
        if ((flags & END_STREAM) !== 0) ended(stream);
        return;
      }
      case HEADERS: {
        const padding = (flags & PADDED) === 0 ? 0 : bytes[start++]!;
        if ((flags & PRIORITY) !== 0) start += 5;
        const block = bytes.subarray(start, end - padding);
        if ((flags & END_HEADERS) !== 0) return request(stream, flags, block);
        open = { stream, flags, parts: [Buffer.from(block)] };
        return;
      }
      case CONTINUATION: {
        if (open?.stream !== stream) throw new Error('CONTINUATION of nothing');
        open.parts.push(Buffer.from(bytes.subarray(start, end)));
        if ((flags & END_HEADERS) === 0) return;
        const { parts, flags: first } = open;
        open = undefined;
        return request(stream, first, Buffer.concat(parts));
      }
      case SETTINGS: {
        if ((flags & ACK) !== 0) return;
        for (; start < end; start += 6)
          if (bytes.readUInt16BE(start) === 4) streamWindow = bytes.readUInt32BE(start + 2);
        return frame(0, SETTINGS, ACK, 0);
      }
      case PING: {
        if ((flags & ACK) !== 0) return;
        frame(8, PING, ACK, 0);
        return put(bytes.subarray(start, end));
      }
      case WINDOW_UPDATE: {
        if (stream !== 0) return; // no answer exceeds a stream's initial window
        window += bytes.readUInt32BE(start);
        return sendBodies();
      }
      case RST_STREAM: {
        requests.delete(stream);
        return;
      }
      case PUSH_PROMISE:
        throw new Error('PUSH_PROMISE from a client');
      case GOAWAY: // the peer closes after its answers have arrived
      default: // PRIORITY, and unknown types, which must be ignored (§4.1)
    }
  }

  /** Handles every complete frame and returns the number of bytes consumed. */
  function frames(bytes: Buffer): number {
    let at = 0;
    if (!greeted) {
      if (bytes.length < PREFACE.length) return 0;
      if (!bytes.subarray(0, PREFACE.length).equals(PREFACE)) throw new Error('no HTTP/2 preface');
      greeted = true;
      at = PREFACE.length;
    }
    while (bytes.length - at >= 9) {
      const length = bytes.readUIntBE(at, 3);
      if (length > MAX_FRAME_BYTES) throw new Error(`a frame of ${length} bytes`);
      const end = at + 9 + length;
      if (end > bytes.length) break;
      const type = bytes[at + 3]!;
      if (open !== undefined && type !== CONTINUATION) throw new Error('no CONTINUATION');
      payload(bytes, type, bytes[at + 4]!, bytes.readUInt32BE(at + 5) & 0x7f_ff_ff_ff, at + 9, end);
      at = end;
    }
    return at;
  }

  greet();
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    try {
      const done = frames(bytes);
      rest = done < bytes.length ? bytes.subarray(done) : undefined;
    } catch (error) {
      process.stderr.write(`sink: ${String(error)}\n`);
      socket.destroy();
    }
  });
  // The sender has disconnected. Its own side reports what it lost.
  socket.on('error', () => socket.destroy());
}
