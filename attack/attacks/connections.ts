// Expensive connections: idle, slow, half-open, never reading, full of requests, aborted. Each must be closed within its limit.
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DEFAULT_HTTP_LIMITS as LIMITS } from '../../packages/server/src/http/limits.ts';
import { signedHead } from '../../packages/server/test/http/recording-server.ts';
import type { Attack, Field } from '../attack.ts';
import { converse } from '../conversation.ts';
import { inputOf, partsOf } from '../requests.ts';
import { INSTANCES } from '../target.ts';

/**
 * A connection may start on our side before the server accepts it: while the listen backlog is full, the kernel retries after 1,
 * 2, 4 and 8 seconds. A machine under attack is also slow.
 */
const SLACK_MS = 20_000;

interface Kind {
  readonly says: string;
  readonly count: number;
  readonly limitMs: number;
  /** What each sends first. */
  readonly drive: (socket: Socket, field: Field) => void;
  readonly isDeaf?: true;
}

/** Writes these bytes at one per second. */
function drip(socket: Socket, bytes: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length && socket.writable) socket.write(bytes[at++]!);
  }, 1_000);
  socket.on('close', () => clearInterval(timer));
}

const head = ({ target }: Field, bytes: number): string =>
  signedHead(target.port, partsOf('PutChatEvents', inputOf('PutChatEvents', INSTANCES.hostile))).head.replace(
    /Content-Length: \d+/,
    `Content-Length: ${bytes}`,
  );

const KINDS: readonly Kind[] = [
  { says: 'idle', count: 10_000, limitMs: LIMITS.headersTimeoutMs, drive: () => {} },
  {
    says: 'one byte of its headers per second',
    count: 3_000,
    limitMs: LIMITS.headersTimeoutMs,
    drive: (socket) => drip(socket, `GET /livez HTTP/1.1\r\nHost: ${'x'.repeat(1_000)}`),
  },
  {
    says: 'one byte of its body per second',
    count: 1_000,
    limitMs: LIMITS.requestTimeoutMs,
    drive: (socket, field) => {
      socket.write(head(field, 100_000));
      drip(socket, ' '.repeat(1_000));
    },
  },
  {
    says: '2,000 pipelined requests, no answer read',
    count: 200,
    limitMs: LIMITS.answerTimeoutMs,
    drive: (socket) => socket.write('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(2_000)),
    isDeaf: true,
  },
  {
    says: '30 pipelined requests, no answer read',
    count: 200,
    limitMs: LIMITS.answerTimeoutMs + LIMITS.keepAliveTimeoutMs,
    drive: (socket) => socket.write('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(30)),
    isDeaf: true,
  },
  {
    says: 'an aborted upload',
    count: 500,
    limitMs: LIMITS.requestTimeoutMs,
    drive: (socket, field) => {
      socket.write(head(field, 10_000_000));
      socket.write(' '.repeat(100_000));
      setTimeout(() => socket.destroy(), 500);
    },
  },
  {
    says: 'a stalled upload of 10 MB',
    count: 500,
    limitMs: LIMITS.requestTimeoutMs,
    drive: (socket, field) => socket.write(head(field, 10_000_000)),
  },
];

export const connections: Attack = {
  says: 'connections that are idle, slow, never reading, full of requests, or aborted',
  isBeside: true,
  run: async (field) => {
    await Promise.all(KINDS.map((kind) => hold(kind, field)));
  },
};

async function hold({ says, count, limitMs, drive, isDeaf }: Kind, field: Field): Promise<void> {
  const { target, findings, scale } = field;
  const held: Promise<void>[] = [];
  for (let begun = 0; begun < Math.ceil(count * scale); begun++) {
    // Where one socket listens, connections beyond its backlog wait for seconds; this attack is not about that.
    if (begun % 50 === 49) await wait(100);
    const patienceMs = limitMs + SLACK_MS;
    const one = converse(target.port, '', {
      answers: Infinity,
      patienceMs,
      drive: (socket) => drive(socket, field),
      ...(isDeaf && { deafMs: limitMs }),
    });
    held.push(
      one.then(({ answers, heldMs }) => {
        for (const answer of answers) findings.judge(answer, says);
        if (heldMs === undefined && !says.endsWith('aborted upload'))
          findings.add(`a connection held beyond ${limitMs} ms`, says);
      }),
    );
  }
  await Promise.all(held);
}
