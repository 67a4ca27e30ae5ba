// A raw connection to the target: writes bytes unchanged, and records the answers and how long the server holds it.
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
  /** Received bytes that are not an answer. */
  readonly rest: string;
  /** How long the server held the connection; undefined: we closed it. */
  readonly heldMs: number | undefined;
}

export interface ConversationOptions {
  /** We close after this many answers. Default 1. */
  readonly answers?: number;
  /** We close after this time in any case. */
  readonly patienceMs: number;
  /** Instead of writing `bytes` at once. */
  readonly drive?: (socket: Socket) => void;
  /** We end our half once `bytes` are written. */
  readonly isHalfClosed?: boolean;
  /** We read nothing for this long. Default 0. */
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
  // A late timer runs before pending socket events, and the end may be among them.
  const lose = (): void => void setImmediate(() => setImmediate(close));
  // The time in the listen backlog does not count.
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
  // While it does not read, it cannot see the end either.
  if (deafMs > 0) setTimeout(listen, deafMs);
  else listen();
  // A reset counts as an end.
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

/** Moves complete answers from the start of a text to the list and returns the rest. */
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
