// npm run bench -- client [--rounds 7] [--calls 10000]
//
// One call, CreatePushNotificationRegistration, by our client on Node, by our client elsewhere (WebCrypto and `fetch`), by the
// AWS SDK, and by aws4fetch, which only signs and sends. Each run is a separate process that imports the built package, in turn,
// with 50 calls in flight to one server in another process that answers immediately. The last two rows are the floor: three
// hashes and a request, without a client around them. Reported: medians, and ratios against the SDK round by round. Bundles are
// made by rolldown for Node and for browsers, minified, gzip level 9.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import type { Measured } from './client-run.ts';
import { median, startChild } from './children.ts';
import { readOptions } from './options.ts';
import { openReport, printTable, shown } from './report.ts';
import type { Report } from './report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The code of a user who only registers devices. */
const ENTRIES: Record<string, string> = {
  chatpush: `
    import { createClient } from '@chatpush/client';
    export const open = (options) => {
      const client = createClient(options);
      return (request) => client.createPushNotificationRegistration(request);
    };`,
  sdk: `
    import { ConnectClient, CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
    export const open = (options) => {
      const client = new ConnectClient(options);
      return (request) => client.send(new CreatePushNotificationRegistrationCommand(request));
    };`,
  aws4fetch: `
    import { AwsClient } from 'aws4fetch';
    export const open = ({ endpoint, region, credentials }) => {
      const client = new AwsClient({ ...credentials, region, service: 'connect' });
      return async ({ InstanceId, ...body }) => {
        const url = endpoint + '/push-notification/' + encodeURIComponent(InstanceId) + '/registrations';
        const answer = await client.fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(await answer.text());
        return answer.json();
      };
    };`,
};

/** Hand-written, not bundled: the hashes of a signature over the same number of bytes, and a request of the same size. */
const FLOORS: Record<string, string> = {
  'floor-node': `
    import { createHmac, hash } from 'node:crypto';
    import { request } from 'node:http';
    import { body, headers, target } from './floor.mjs';
    const sign = (text) => createHmac('sha256', 'k'.repeat(32)).update(hash('sha256', text) + hash('sha256', text)).digest('hex');
    export const open = ({ endpoint }) => {
      const { hostname, port } = new URL(endpoint);
      return (call) => new Promise((resolve, reject) => {
        const text = body(call);
        const options = { hostname, port, path: target(call), method: 'PUT', headers: { ...headers(sign(text)), 'content-length': Buffer.byteLength(text) } };
        request(options, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve(JSON.parse(text))).on('error', reject);
        }).on('error', reject).end(text);
      });
    };`,
  'floor-fetch': `
    import { body, headers, target } from './floor.mjs';
    const { subtle } = crypto;
    const key = await subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const bytes = (text) => new TextEncoder().encode(text);
    export const open = ({ endpoint }) => async (call) => {
      const text = body(call);
      await subtle.digest('SHA-256', bytes(text));
      await subtle.digest('SHA-256', bytes(text));
      const signature = new Uint8Array(await subtle.sign('HMAC', key, bytes(text)));
      const answer = await fetch(endpoint + target(call), { method: 'PUT', headers: headers(Buffer.from(signature).toString('hex')), body: text });
      return JSON.parse(await answer.text());
    };`,
  floor: `
    export const target = ({ InstanceId }) => '/push-notification/' + InstanceId + '/registrations';
    export const body = ({ InstanceId, ...rest }) => JSON.stringify({ ...rest, ClientToken: crypto.randomUUID() });
    export const headers = (signature) => ({
      'content-type': 'application/json',
      'x-amz-content-sha256': signature,
      'x-amz-date': '20261122T190000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/eu-central-1/connect/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=' + signature,
    });`,
};

/** Name in the table, module to run. Outside Node the client is a bundle. */
const RUNS = [
  ['@chatpush/client on Node', 'chatpush.mjs'],
  ['@chatpush/client elsewhere', 'chatpush.browser.mjs'],
  ['@aws-sdk/client-connect', 'sdk.mjs'],
  ['aws4fetch', 'aws4fetch.mjs'],
  ['floor: node:http', 'floor-node.mjs'],
  ['floor: WebCrypto, fetch', 'floor-fetch.mjs'],
] as const;
const SDK = 2;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 7, count: 10_000 });
  const report = openReport('client', options);
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.ts'), 'wire', 'client'], {
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('The client does not compile.');
  // Under node_modules, so that names resolve as they do here. Our packages are copies, so that another build cannot remove them.
  const folder = await mkdtemp(join(ROOT, 'node_modules/.bench-'));
  for (const name of ['wire', 'client'])
    for (const part of ['dist', 'package.json'])
      await cp(join(ROOT, 'packages', name, part), join(folder, 'node_modules/@chatpush', name, part), {
        recursive: true,
      });
  const server = startChild('bench/bare-server.ts');
  try {
    const url = await server.line();
    const gzipped: Record<string, Gzipped> = {};
    for (const [name, entry] of Object.entries(ENTRIES)) {
      await writeFile(join(folder, `${name}.mjs`), entry);
      gzipped[name] = {
        node: await bundle(folder, name, 'node'),
        browser: await bundle(folder, name, 'browser'),
      };
    }
    for (const [name, text] of Object.entries(FLOORS)) await writeFile(join(folder, `${name}.mjs`), text);
    const all: Measured[][] = RUNS.map(() => []);
    for (let pair = 1; pair <= options.pairs; pair++) {
      for (const [index, [, module]] of RUNS.entries())
        all[index]!.push(await measure(join(folder, module), url, String(options.count)));
      console.log(`round ${pair} of ${options.pairs}`);
    }
    judge(report, all, gzipped);
    await report.save();
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes of a bundle, gzipped. For Node, the SDK's bundle includes its credential providers and HTTP handlers. */
type Gzipped = Record<'node' | 'browser', number>;

/** Writes the bundle beside its entry, named for the platform, and returns its gzipped size in bytes. */
async function bundle(folder: string, name: string, platform: keyof Gzipped): Promise<number> {
  const built = await rolldown({
    input: join(folder, `${name}.mjs`),
    platform,
    resolve: { conditionNames: [platform, 'import', 'default'] },
  });
  const file = join(folder, `${name}.${platform}.mjs`);
  await built.write({ file, format: 'esm', minify: true, codeSplitting: false });
  return gzipSync(await readFile(file), { level: 9 }).byteLength;
}

async function measure(module: string, url: string, calls: string): Promise<Measured> {
  // Without the `source` condition, so that the installed packages are measured.
  const child = spawn(
    process.execPath,
    ['--expose-gc', join(ROOT, 'bench/client-run.ts'), module, url, calls],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  if (code !== 0) throw new Error(`${module} exited with ${code}`);
  return JSON.parse(said) as Measured;
}

function judge(report: Report, all: readonly Measured[][], gzipped: Readonly<Record<string, Gzipped>>): void {
  const rows = RUNS.map(([name], index) => {
    const of = (figure: (one: Measured) => number): number => median(all[index]!.map(figure));
    return [
      name,
      Math.round(of((one) => one.callsPerSecond)),
      of((one) => one.cpuMicrosPerCall).toFixed(0),
      of((one) => one.importMs).toFixed(1),
      of((one) => one.grownBytes / 1000).toFixed(0),
    ];
  });
  printTable([['', 'calls/s', 'CPU µs a call', 'import ms', 'heap KB, 5k → 10k'], ...rows]);
  const bundles = Object.entries(gzipped).map(([name, { node, browser }]) => [name, node, browser]);
  printTable([['bundle, bytes gzipped', 'for Node', 'for browsers'], ...bundles]);
  report.figure('runs', Object.fromEntries(RUNS.map(([name], index) => [name, all[index]])));
  report.figure('bundles', gzipped);
  const ratio = (index: number, figure: (one: Measured) => number): number =>
    median(all[index]!.map((one, round) => figure(one) / figure(all[SDK]![round]!)));
  const calls = (index: number): number => ratio(index, (one) => one.callsPerSecond);
  console.log(`floors: ${shown(calls(4))} × the SDK's calls/s on Node, ${shown(calls(5))} × elsewhere`);
  report.atLeast("calls/s on Node / the SDK's", calls(0), 4);
  report.atLeast("calls/s elsewhere / the SDK's", calls(1), 1.5);
  report.atMost(
    "import / the SDK's",
    ratio(0, (one) => one.importMs),
    0.2,
  );
  for (const platform of ['node', 'browser'] as const)
    report.atMost(
      `bundle for ${platform} / the SDK's`,
      gzipped['chatpush']![platform] / gzipped['sdk']![platform],
      0.1,
    );
}
