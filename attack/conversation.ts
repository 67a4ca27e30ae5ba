// A raw connection to the target: what is written as it stands, what is answered, and how long it is held.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Conversation {
  readonly answers: readonly Answer[];
  /** What came and is no answer. */
  readonly rest: string;
  /** How long the server held the connection; undefined: we closed it. */
  readonly heldMs: number | undefined;
}

export interface ConversationOptions {
  /** Enough answers: we close. Default 1. */
  readonly answers?: number;
  /** We close after so long in any case. */
  readonly patienceMs: number;
  /** Instead of writing `bytes` at once. */
  readonly drive?: (socket: Socket) => void;
  /** We end our half once `bytes` are written. */
  readonly isHalfClosed?: boolean;
  /** For so long we take nothing. Default 0. */
  readonly deafMs?: number;
}

export function converse(
  port: number,
  bytes: Buffer | string,
  options: ConversationOptions,
): Promise<Conversation> {
  const { answers: wanted = 1, patienceMs, drive, isHalfClosed = false, deafMs = 0 } = options;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: isHalfClosed });
  const { promise, resolve } = Promise.withResolvers<Conversation>();
  const answers: Answer[] = [];
  let text = '';
  let isOurs = false;
  const close = (): void => {
    isOurs = true;
    socket.destroy();
  };
  // Timers that are late run before what came meanwhile: the end may be among it.
  const lose = (): void => void setImmediate(() => setImmediate(close));
  // The time in the system's queue of new connections is nobody's.
  let begunAtMs = performance.now();
  let timer = setTimeout(lose, patienceMs);
  socket.once('connect', () => {
    clearTimeout(timer);
    begunAtMs = performance.now();
    timer = setTimeout(lose, patienceMs);
  });
  socket.setEncoding('latin1');
  const listen = (): void => {
    socket.on('data', (chunk: string) => {
      text = takeAnswers(text + chunk, answers);
      if (answers.length >= wanted) close();
    });
  };
  // Deaf, it cannot hear the end either.
  if (deafMs > 0) setTimeout(listen, deafMs);
  else listen();
  // A reset is an end like any other.
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    clearTimeout(timer);
    resolve({ answers, rest: text, heldMs: isOurs ? undefined : performance.now() - begunAtMs });
  });
  if (drive) drive(socket);
  else if (isHalfClosed) socket.end(bytes);
  else socket.write(bytes);
  return promise;
}

/** Moves whole answers from the beginning of a text to the list; what is left is returned. */
function takeAnswers(text: string, answers: Answer[]): string {
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return text.slice(at);
    const [first = '', ...lines] = text.slice(at, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    if (Number.isNaN(status)) return text.slice(at);
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = status === 100 ? 0 : Number(headers.get('content-length') ?? 0);
    if (text.length < end + 4 + length) return text.slice(at);
    const body = Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString();
    if (status !== 100) answers.push({ status, headers, body });
    at = end + 4 + length;
  }
}
