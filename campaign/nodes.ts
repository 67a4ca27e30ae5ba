// The nodes under test: the service as processes, each with the client that calls it.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { end, start } from '../packages/server/test/promises/process.ts';
import type { Process } from '../packages/server/test/promises/process.ts';

export interface Node {
  /** Undefined while it is down. */
  readonly client: ChatpushClient | undefined;
  /** A call failed: other nodes are preferred for a second, as behind a load balancer with health checks. */
  avoid(): void;
  readonly isAvoided: boolean;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Sends SIGTERM and waits for the exit. */
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

const AVOIDED_MS = 1_000;
const STARTS = 30;
const START_AGAIN_MS = 500;

export function createNode(environment: Readonly<Record<string, string>>): Node {
  let running: Process | undefined;
  let client: ChatpushClient | undefined;
  let avoidedUntil = 0;

  async function leave(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const leaving = running;
    running = client = undefined;
    if (leaving) await end(leaving, signal);
  }

  return {
    get client() {
      return client;
    },
    avoid: () => {
      avoidedUntil = Date.now() + AVOIDED_MS;
    },
    get isAvoided() {
      return Date.now() < avoidedUntil;
    },
    start: async () => {
      const started = await startAgain({ CHATPUSH_PORT: '0', CHATPUSH_LOG: 'silent', ...environment });
      running = started;
      client = createClient({
        region: 'eu-central-1',
        endpoint: started.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
        attemptTimeoutMs: 5_000,
      });
      // If the harness fails, it stops its nodes.
      const abandon = () => started.child.kill('SIGKILL');
      process.once('exit', abandon);
      // A node that exits by itself is a finding, and must not look like a strike of the nemesis.
      void once(started.child, 'exit').then(() => {
        process.off('exit', abandon);
        if (running === started) console.error(`a node exited by itself with ${started.child.exitCode}`);
      });
    },
    kill: () => leave('SIGKILL'),
    stop: () => leave('SIGTERM'),
    freeze: () => void running?.child.kill('SIGSTOP'),
    thaw: () => void running?.child.kill('SIGCONT'),
  };
}

/** Like a service manager: restarts a node that cannot start because its database is unavailable. */
async function startAgain(environment: Record<string, string>): Promise<Process> {
  for (let tried = 1; ; tried++) {
    try {
      return await start([], environment);
    } catch (error) {
      if (tried === STARTS) throw error;
      await wait(START_AGAIN_MS);
    }
  }
}

/** A running node, preferably one that has not just failed. */
export function pickNode(nodes: readonly Node[], random: () => number): Node | undefined {
  const up = nodes.filter(({ client }) => client !== undefined);
  const good = up.filter(({ isAvoided }) => !isAvoided);
  const from = good.length > 0 ? good : up;
  return from[Math.floor(random() * from.length)];
}
