// Pushes per second that the emulated APNs accepts, compared with a bare node:http2 server that answers 200. Each server runs in
// its own process, in interleaved pairs, so that noise affects both. Goal: a ratio of 0.7.
import { fork, type ChildProcess } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import http2 from 'node:http2';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ApnsCredentials } from '@chatpush/emulator';
import { median } from './children.ts';
import { readOptions } from './options.ts';
import { openReport } from './report.ts';

const BODY = JSON.stringify({
  aps: { alert: { title: 'Ann', body: 'How can I help you?' } },
  messageId: 'x'.repeat(36),
});
const GOAL = 0.7;

interface Target {
  url: string;
  ca: string;
  credentials: ApnsCredentials;
}

function bearer({ keyId, teamId, privateKey }: ApnsCredentials): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', kid: keyId })}.${part({ iss: teamId, iat: Math.floor(Date.now() / 1000) })}`;
  const key = createPrivateKey(privateKey);
  return `bearer ${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

interface Server {
  child: ChildProcess;
  target: Target;
}

interface Measured {
  perSecond: number;
  /** CPU time of the server for one push. */
  microseconds: number;
}

async function cpuMicroseconds(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

/** Sends for `seconds` with `inFlight` pushes in flight; every answer must be 200. */
async function measure({ child, target }: Server, inFlight: number, seconds: number): Promise<Measured> {
  const { url, ca, credentials } = target;
  const session = http2.connect(url, { ca });
  await once(session, 'remoteSettings');
  const authorization = bearer(credentials);
  let sent = 0;
  const push = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const token = (sent++ % 1000).toString(16).padStart(64, '0');
      const stream = session.request({
        ':method': 'POST',
        ':path': `/3/device/${token}`,
        authorization,
        'apns-topic': credentials.topic,
        'apns-push-type': 'alert',
        'apns-id': '123e4567-e89b-42d3-a456-426614174000',
        'apns-collapse-id': '123e4567-e89b-42d3-a456-426614174000',
      });
      stream.on('response', (headers) => {
        if (headers[':status'] !== 200) reject(new Error(`answered ${headers[':status']}`));
      });
      stream.on('error', reject).on('close', resolve).resume();
      stream.end(BODY);
    });
  await push();
  if (session.remoteSettings.maxConcurrentStreams === 1) await once(session, 'remoteSettings');
  let answered = 0;
  const run = async (milliseconds: number): Promise<void> => {
    const ends = performance.now() + milliseconds;
    const worker = async (): Promise<void> => {
      while (performance.now() < ends) {
        await push();
        answered += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  };
  await run(500); // warm-up
  answered = 0;
  const cpu = await cpuMicroseconds(child);
  const began = performance.now();
  await run(seconds * 1000);
  const perSecond = (answered * 1000) / (performance.now() - began);
  const microseconds = ((await cpuMicroseconds(child)) - cpu) / answered;
  session.close();
  await once(session, 'close');
  return { perSecond, microseconds };
}

async function start(kind: 'emulator' | 'bare'): Promise<Server> {
  const child = fork(fileURLToPath(new URL('emulator-server.ts', import.meta.url)), [kind]);
  const [target] = (await once(child, 'message')) as [Target];
  return { child, target };
}

/** `npm run bench -- emulator [--pairs n] [--seconds s] [--in-flight n]` */
export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 5, seconds: 2, 'in-flight': 200 });
  const report = openReport('emulator', options);
  const [emulator, bare] = await Promise.all([start('emulator'), start('bare')]);
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  for (let pair = 1; pair <= options.pairs; pair++) {
    // The order alternates from pair to pair.
    const order = pair % 2 === 0 ? (['emulator', 'bare'] as const) : (['bare', 'emulator'] as const);
    const measured: Partial<Record<'emulator' | 'bare', Measured>> = {};
    for (const kind of order) {
      measured[kind] = await measure(
        kind === 'bare' ? bare : emulator,
        options['in-flight'],
        options.seconds,
      );
    }
    const { emulator: ours, bare: theirs } = measured as Record<'emulator' | 'bare', Measured>;
    ratios.push(ours.perSecond / theirs.perSecond);
    cpuRatios.push(theirs.microseconds / ours.microseconds);
    const line = ({ perSecond, microseconds }: Measured): string =>
      `${perSecond.toFixed(0)}/s at ${microseconds.toFixed(1)} µs CPU`;
    console.log(
      `pair ${pair}: emulator ${line(ours)}, bare ${line(theirs)}, ratio ${ratios.at(-1)?.toFixed(2)}`,
    );
  }
  for (const { child } of [emulator, bare]) {
    child.disconnect();
    await once(child, 'exit');
  }
  report.figure('CPU time per push, bare / emulator', median(cpuRatios));
  console.log(`\nCPU time per push, bare / emulator: median ${median(cpuRatios).toFixed(2)}`);
  report.atLeast('emulator / bare node:http2 server', median(ratios), GOAL);
  await report.save();
}
