// The senders that chatpush is compared with. Each sends alerts of the same size to the sink, stores nothing, and runs in its own
// process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startChild } from './children.ts';

export interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface Sender {
  readonly name: string;
  /** A slow sender sends only this share of the pushes, which is enough to measure it. */
  readonly share: number;
  readonly send: (sinkUrl: string, count: number) => Promise<Taken>;
}

const IN_FLIGHT = 1_000;
const GO = fileURLToPath(new URL('go', import.meta.url));

/**
 * The senders that can run on this machine; `skipped` is called with the reason for each of the others. `folder` is for their
 * files.
 */
export async function openSenders(
  folder: string,
  skipped: (name: string, why: string) => void,
): Promise<Sender[]> {
  const senders = [
    onNode('bare node:http2', 'bare'),
    onNode('@parse/node-apn', 'node-apn'),
    onNode('apns2 (npm)', 'apns2', 0.1),
  ];
  const binary = join(folder, 'apns2');
  const built = await execute('go', ['build', '-o', binary, '.'], GO);
  if (built.code === 0)
    senders.push({
      name: 'sideshow/apns2 (Go)',
      share: 1,
      send: async (sinkUrl, count) => {
        const { code, out, err } = await execute(binary, [sinkUrl, String(count), String(IN_FLIGHT)]);
        if (code !== 0) throw new Error(`sideshow/apns2: ${err}`);
        return JSON.parse(out) as Taken;
      },
    });
  else skipped('sideshow/apns2 (Go)', built.err.trim());
  const h2load = await execute('h2load', ['--version']);
  if (h2load.code === 0) senders.push(await openH2load(folder));
  else skipped('h2load', h2load.err.trim());
  return senders;
}

export const onNode = (name: string, kind: string, share = 1): Sender => ({
  name,
  share,
  send: async (sinkUrl, count) => {
    const child = startChild('bench/sender.ts', [kind, sinkUrl, String(count), String(IN_FLIGHT)]);
    try {
      return JSON.parse(await child.line()) as Taken;
    } finally {
      await child.stop();
    }
  },
});

/** Not a push sender: a load generator in C that repeats the same request. A lower bound for what the sink can accept. */
async function openH2load(folder: string): Promise<Sender> {
  const body = join(folder, 'alert.json');
  await writeFile(body, JSON.stringify({ aps: { alert: 'x'.repeat(200) } }));
  const fields = [`authorization: bearer ${'x'.repeat(180)}`, 'apns-topic: com.example.bench'];
  return {
    name: 'h2load',
    share: 1,
    send: async (sinkUrl, count) => {
      const { apns } = (await (await fetch(new URL('/emulator', sinkUrl))).json()) as {
        apns: { host: string; port: number };
      };
      const url = `https://${apns.host}:${apns.port}/3/device/${'0'.repeat(64)}`;
      const flags = [
        '-n',
        String(count),
        '-m',
        String(IN_FLIGHT),
        '-d',
        body,
        ...fields.flatMap((one) => ['-H', one]),
      ];
      // `times` prints the CPU time of the shell's children.
      const { code, out, err } = await execute('sh', ['-c', '"$@" && times', 'sh', 'h2load', ...flags, url]);
      const seconds = /finished in ([\d.]+)(ms|s)/u.exec(out);
      const cpu = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/u.exec(out);
      if (code !== 0 || seconds === null || cpu === null || !out.includes(`status codes: ${count} 2xx`))
        throw new Error(`h2load: ${err}${out}`);
      return {
        ms: Number(seconds[1]) * (seconds[2] === 's' ? 1000 : 1),
        cpuMs: (Number(cpu[1]) * 60 + Number(cpu[2]) + Number(cpu[3]) * 60 + Number(cpu[4])) * 1000,
      };
    },
  };
}

async function execute(
  command: string,
  argv: readonly string[],
  cwd?: string,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(command, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  try {
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number | null];
    const [out, err] = await said;
    return { code, out, err };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: null, out: '', err: code === 'ENOENT' ? `${command} is not installed` : message };
  }
}
