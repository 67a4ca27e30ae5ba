// Starts `acknowledge.ts` in a separate process and collects its acknowledgements.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Acknowledgement {
  /** Which call. */
  readonly n: number;
  /** Size of the WAL when it was acknowledged. */
  readonly walBytes: number;
}

export interface Order {
  readonly path: string;
  readonly rounds: number;
  readonly atOnce: number;
  readonly synchronous?: 'FULL' | 'OFF';
  /** A command to run it under: `strace -f …`. */
  readonly under?: readonly string[];
}

export interface Outcome {
  readonly acknowledged: readonly Acknowledgement[];
  /** Any other line, `done` included. */
  readonly said: readonly string[];
  readonly exitCode: number | null;
}

/** Runs it until `done` or its own exit, then stops it: by SIGKILL, or gently under a tracer. */
export async function runAcknowledging(order: Order): Promise<Outcome> {
  const { path, rounds, atOnce, synchronous = 'FULL', under = [] } = order;
  const script = fileURLToPath(new URL('./acknowledge.ts', import.meta.url));
  const command = [...under, process.execPath, '--conditions=source', script];
  const [program, ...parameters] = [...command, path, synchronous, String(rounds), String(atOnce)];
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const acknowledged: Acknowledgement[] = [];
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [, n, walBytes] = /^ack (\d+) (\d+)$/.exec(line) ?? [];
    if (n !== undefined) acknowledged.push({ n: Number(n), walBytes: Number(walBytes) });
    else said.push(line);
    if (line !== 'done') continue;
    if (under.length === 0) child.kill('SIGKILL');
    else child.stdin.end();
  }
  const [exitCode] = await exited;
  child.stdin.destroy();
  return { acknowledged, said, exitCode };
}
