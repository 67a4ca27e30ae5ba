// Keep-alive connections to an HTTP/1.1 server that send prepared requests unchanged: a cheap backend compared with what it
// measures. One request at a time per connection.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** From the call to the last byte. */
  readonly ms: number;
}

export interface Connections {
  /** Uses an idle connection, or opens a new one. */
  readonly send: (request: Buffer) => Promise<Answer>;
  readonly close: () => void;
}

/** Longer than any answer that a benchmark measures. */
const SILENCE_MS = 120_000;

export function requestBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const fields = { host: url.host, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

export function openConnections(url: URL): Connections {
  const idle: Socket[] = [];
  const all = new Set<Socket>();

  function open(): Socket {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    all.add(socket);
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`no answer for ${SILENCE_MS} ms`)));
    socket.on('error', () => {}); // `close` follows and rejects the pending call
    socket.once('close', () => {
      all.delete(socket);
      const at = idle.indexOf(socket);
      if (at !== -1) idle.splice(at, 1);
    });
    return socket;
  }

  function send(request: Buffer): Promise<Answer> {
    const socket = idle.pop() ?? open();
    const from = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    let received: Buffer = Buffer.alloc(0);
    const gone = (): void => reject(socket.errored ?? new Error('the connection closed before the answer'));
    const take = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = answerIn(received);
      if (answer === undefined) return;
      socket.off('data', take);
      socket.off('close', gone);
      // A connection that answers before it has read everything is not reused.
      if (answer.headers.get('connection') === 'close' || socket.writableLength > 0) socket.destroy();
      else idle.push(socket);
      resolve({ ...answer, ms: performance.now() - from });
    };
    socket.on('data', take);
    socket.once('close', gone);
    socket.write(request);
    return promise;
  }

  return {
    send,
    close: () => {
      for (const socket of all) socket.destroy();
    },
  };
}

/** Undefined while the answer is incomplete. */
function answerIn(bytes: Buffer): Omit<Answer, 'ms'> | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = headers.get('content-length');
  if (length === undefined) throw new Error(`an answer without content-length: ${first}`);
  const start = end + 4;
  if (bytes.length < start + Number(length)) return undefined;
  return {
    status: Number(first!.split(' ')[1]),
    headers,
    body: bytes.toString('utf8', start, start + Number(length)),
  };
}

/** Sends each request once with the given concurrency, and returns the answers in the same order. */
export async function sendAll(url: URL, requests: readonly Buffer[], inFlight: number): Promise<Answer[]> {
  const connections = openConnections(url);
  const answers: Answer[] = [];
  let next = 0;
  try {
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        for (let at = next++; at < requests.length; at = next++)
          answers[at] = await connections.send(requests[at]!);
      }),
    );
  } finally {
    connections.close();
  }
  return answers;
}
