// Child processes of benchmarks: run with this Node from the sources, and stopped with the benchmark.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** The next line of its standard output. */
  line(): Promise<string>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node. */
  readonly flags?: readonly string[];
  /**
   * How much less priority it has, with all of its threads. A process that lowers its own lowers that of one thread on Linux, and
   * the threads that collect its garbage keep theirs.
   */
  readonly nice?: number;
}

export function startChild(
  script: string,
  argv: readonly string[] = [],
  { environment, flags = [], nice = 0 }: ChildOptions = {},
): Child {
  const node = [process.execPath, ...flags, '--conditions=source', script, ...argv];
  const child = spawn('nice', ['-n', String(nice), ...node], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} exited before it printed anything`);
      return value;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.stdin.end();
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
