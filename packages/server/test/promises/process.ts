// The command line as a process of its own, to be killed or frozen.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export interface Process {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts the command line and waits until it says where it listens. */
export async function start(argv: readonly string[], environment: Record<string, string>): Promise<Process> {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/[\d.]+:\d+/.exec(line);
    if (!url) continue;
    child.stdout.resume();
    return { child, url: url[0] };
  }
  throw new Error('it ended before it said where it listens');
}

export async function end({ child }: Process, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
