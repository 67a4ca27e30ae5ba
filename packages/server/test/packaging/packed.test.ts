// What a new user gets: all packages by `npm pack`, installed in an empty folder, `npx chatpush`, and a first push by our client
// and by the AWS SDK, on each Node release line in `engines`.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { ConnectClient, CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { complaints } from '../../../../scripts/check-packages.ts';
import { freePort } from '../free-port.ts';
import { blocksOf, pageOf } from '../guides/guide.ts';
import { runSideBySide, writeGuide } from './side-by-side.ts';
import { startJob, stepsOf } from './workflow.ts';
import { bytesIn, findNode, npm, packInCopy, pathWith, temporaryFolder } from './workshop.ts';

const run = promisify(execFile);
const MB = 1_000_000;
/** Installed only for the guide. */
const VITEST = '4.1.12';

/** The user's script: registers one device with our client and sends one message; a second device exists already. */
const FIRST_PUSH = `
import { createClient } from '@chatpush/client';
const [endpoint, app] = process.argv.slice(2);
const client = createClient({ region: 'eu-central-1', endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
await client.createPushNotificationRegistration({
  instanceId: 'support', pinpointAppArn: app, deviceType: 'APNS', deviceToken: 'ab'.repeat(32),
  contactConfiguration: { contactId: 'a-contact', includeRawMessage: true },
});
const { results } = await client.putChatEvents({ instanceId: 'support', events: [
  { id: 'm1', contactId: 'a-contact', type: 'MESSAGE', contentType: 'text/plain', content: 'Hello!', participantRole: 'AGENT' },
] });
console.log(results[0].deliveries);
`;
const APP = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

let workshop: Awaited<ReturnType<typeof temporaryFolder>>;
let tarballs: Record<string, string>;
let folder: string;

before(async () => {
  workshop = await temporaryFolder('packed');
  tarballs = await packInCopy(workshop.path);
  folder = join(workshop.path, 'empty');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', ...Object.values(tarballs)], folder);
  await writeFile(join(folder, 'first-push.js'), FIRST_PUSH);
});
after(() => workshop.remove());

/** Runs until the test ends; returns the first address that it prints. */
async function start(t: TestContext, node: string, args: readonly string[], env = {}): Promise<string> {
  const child = spawn(join(folder, 'node_modules/.bin/chatpush'), args, {
    cwd: folder,
    env: { ...pathWith(node), CHATPUSH_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => stop(child));
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`chatpush ended with ${child.exitCode} before it said where it listens`);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
}

const manifestOf = async (name: string) =>
  JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
    dependencies?: Record<string, string>;
    engines: { node: string };
  };

/** The installed size of a package with its dependencies, in bytes. */
async function installedBytes(name: string, seen = new Set<string>()): Promise<number> {
  if (seen.has(name)) return 0;
  seen.add(name);
  let sum = await bytesIn(join(folder, 'node_modules', name));
  for (const dependency of Object.keys((await manifestOf(name)).dependencies ?? {}))
    sum += await installedBytes(dependency, seen);
  return sum;
}

describe('what is packed', { concurrency: false, skip: process.platform === 'win32' && 'no shebang' }, () => {
  test('contains what runs, README and licence, under one version', async () => {
    const versions = new Set<string>();
    for (const [name, tarball] of Object.entries(tarballs)) {
      const { stdout } = await run('tar', ['-tzf', tarball]);
      const others = stdout
        .trim()
        .split('\n')
        .map((path) => path.replace(/^package\//, ''))
        .filter((path) => !/^(dist\/(console\/.+|[\w/.-]+(\.js|\.d\.ts))|bin\/chatpush\.js)$/.test(path));
      const pages = others.filter((path) => path.startsWith('docs/'));
      assert.deepEqual(
        others.filter((path) => !pages.includes(path)).sort(),
        ['LICENSE', 'README.md', 'package.json'],
        name,
      );
      assert.ok(pages.every((path) => /\.(md|png|svg)$|^docs\/settings\.schema\.json$/.test(path)));
      for (const page of ['docs/settings.schema.json', 'docs/settings.md', 'docs/guides/set-up.md'])
        assert.equal(pages.includes(page), name === 'server', `${page} of ${name}`);
      const manifest = await manifestOf(name === 'server' ? 'chatpush' : `@chatpush/${name}`);
      assert.doesNotMatch(JSON.stringify(manifest), /src\/|"scripts"/);
      versions.add(manifest.version);
    }
    assert.equal(versions.size, 1);
  });

  test('passes publint and attw', async () => {
    assert.deepEqual(await complaints(Object.values(tarballs)), []);
  });

  test('is small once installed: the service, the emulator, the client', async (t) => {
    const [service, emulator, client] = [
      await bytesIn(join(folder, 'node_modules')),
      await installedBytes('@chatpush/emulator'),
      await installedBytes('@chatpush/client'),
    ];
    t.diagnostic(`bytes: service ${service}, emulator ${emulator}, client ${client}`);
    // Of the client's, most are the types of the operations that it knows, Pinpoint's included; none of those is in a bundle.
    assert.ok(service < 40 * MB && emulator < 15 * MB && client < 0.4 * MB);
  });

  test('is found by npx', async () => {
    const { stdout } = await npm(['exec', '--offline', '--', 'chatpush', '--version'], folder);
    assert.equal(stdout.trim(), (await manifestOf('chatpush')).version);
  });

  for (const major of [24, 26])
    test(`is a running system on Node ${major}: a first push by our client and by the AWS SDK`, async (t) => {
      const node = await findNode(major, workshop.path);
      if (node === undefined) return t.skip(`no Node ${major} here nor in the registry`);
      const url = await start(t, node, [], { CHATPUSH_STORE: `sqlite:./data-${major}/chatpush.db` });
      const sdk = new ConnectClient({
        region: 'eu-central-1',
        endpoint: url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      t.after(() => sdk.destroy());
      await sdk.send(
        new CreatePushNotificationRegistrationCommand({
          InstanceId: 'support',
          PinpointAppArn: APP,
          DeviceToken: 'a-token-from-fcm',
          DeviceType: 'GCM',
          ContactConfiguration: { ContactId: 'a-contact', IncludeRawMessage: true },
        }),
      );
      const { stdout } = await run(node, ['first-push.js', url, APP], { cwd: folder });
      assert.equal(stdout.trim(), '2');
      for (const token of ['ab'.repeat(32), 'a-token-from-fcm']) {
        const answer = await fetch(`${url}/emulator/phones/${token}/wait?contains=Hello&timeoutMs=10000`);
        assert.equal(answer.status, 200, await answer.text());
      }
      const page = await fetch(`${url}/console/`);
      assert.match(await page.text(), /<script/);
    });

  test('has the stand-alone emulator as a command', async (t) => {
    const url = await start(t, process.execPath, ['emulator', '--port', '0']);
    const { apns } = (await (await fetch(`${url}/emulator`)).json()) as { apns: { url: string } };
    assert.match(apns.url, /^https:/);
  });

  test('says in one sentence which Node it needs', async (t) => {
    const node = await findNode(20, workshop.path);
    if (node === undefined) return t.skip('no Node 20 here nor in the registry');
    const launcher = join(folder, 'node_modules/chatpush/bin/chatpush.js');
    await assert.rejects(run(node, [launcher]), (error: Error & { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(
        error.stderr,
        /^chatpush runs on Node\.js [^\n]*24\.12[^\n]*, and this is 20\.[\d.]+\.\n$/,
      );
      return true;
    });
  });
});

describe('the guide to your tests, followed with the packed emulator', { concurrency: false }, () => {
  let guided: string;
  before(async () => {
    guided = join(workshop.path, 'guided');
    await mkdir(guided);
    await writeFile(join(guided, 'package.json'), '{"private":true,"type":"module"}');
    const packages = [tarballs['emulator']!, `vitest@${VITEST}`];
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], guided);
  });

  test('node:test runs four of its files in parallel, each with its own emulators', async () => {
    await writeGuide(guided, 'push.test.js', 4);
    const files = ['push.test.js', 'push-2.test.js', 'push-3.test.js', 'push-4.test.js'];
    const node = [process.execPath, '--test', '--test-concurrency=4', '--test-reporter=tap'] as const;
    const { said, came } = await runSideBySide(guided, [...node, ...files], files.length);
    assert.match(said, /^# pass 8$/m);
    assert.equal(came, files.length);
  });

  test('so does Vitest, and a fifth file shares a separately started emulator', async () => {
    assert.ok(pageOf('in-your-tests.md').includes(`version ${VITEST}`));
    await writeGuide(guided, 'push.spec.js', 4);
    const vitest = [join(guided, 'node_modules/.bin/vitest'), 'run', '.spec.js'] as const;
    const options = ['--maxWorkers=5', '--sequence.concurrent', '--testTimeout=30000'];
    const { said, came } = await runSideBySide(guided, [...vitest, ...options], 5);
    assert.match(said, /Test Files +5 passed \(5\)\n +Tests +9 passed \(9\)/);
    assert.equal(came, 5);
  });

  test('and the packed service, within a test', async () => {
    await writeGuide(folder, 'registration.test.js', 1);
    const node = [process.execPath, '--test', '--test-reporter=tap'] as const;
    const { said } = await runSideBySide(folder, [...node, 'registration.test.js'], 1);
    assert.match(said, /^# pass 1$/m);
  });
});

/** A test suite in any language: it gets the service's address from the environment, like every AWS SDK. */
const REGISTER = `
import { createRequire } from 'node:module';
const { ConnectClient, CreatePushNotificationRegistrationCommand } = createRequire(process.env.SDK)('@aws-sdk/client-connect');
await new ConnectClient({}).send(new CreatePushNotificationRegistrationCommand({
  InstanceId: 'support', PinpointAppArn: '${APP}', DeviceType: 'GCM', DeviceToken: 'a-phone',
  ContactConfiguration: { ContactId: 'a-contact', IncludeRawMessage: true },
}));
`;
const RUN_THE_TESTS = `#!/bin/sh -e
node register.js
node first-push.js "$AWS_ENDPOINT_URL_CONNECT" ${APP}
`;

describe('the workflows of the guide to continuous integration', { concurrency: false }, () => {
  test('within your tests', async (t) => {
    const job = join(workshop.path, 'within');
    await mkdir(job);
    await writeGuide(job, 'push.test.js', 1);
    await copyFile(join(job, 'page/notify-customer.js'), join(job, 'notify-customer.js'));
    const scripts = { test: 'node --test --test-reporter=tap push.test.js' };
    const manifest = { private: true, type: 'module', scripts };
    await writeFile(join(job, 'package.json'), JSON.stringify(manifest));
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarballs['emulator']!], job);
    const { NODE_TEST_CONTEXT: _ours, ...environment } = pathWith(process.execPath);
    const run = startJob(t, job, environment);
    let said = '';
    for (const step of stepsOf('within.yaml')) said += await run(step);
    assert.match(said, /^# pass 2$/m);
  });

  test('beside your tests, with its queries', async (t) => {
    const port = await freePort();
    const here = (command: string): string => command.replaceAll('127.0.0.1:4100', `127.0.0.1:${port}`);
    const environment = pathWith(process.execPath);
    const run = startJob(t, folder, { ...environment, CHATPUSH_PORT: `${port}`, SDK: import.meta.filename });
    await writeFile(join(folder, 'register.js'), REGISTER);
    await writeFile(join(folder, 'run-the-tests'), RUN_THE_TESTS, { mode: 0o755 });
    for (const { run: command, env, onFailure } of stepsOf('beside.yaml')) {
      const located = Object.entries(env).map(([name, value]) => [name, here(value)]);
      if (!onFailure) await run({ run: here(command), env: Object.fromEntries(located) });
    }
    const { text } = blocksOf('ci.md').find(({ name }) => name === 'ask')!;
    const said = await run({ run: here(text), env: {} });
    assert.match(said, /"deviceToken":"a-phone"[^]*message m1[^]*accepted/);
  });
});
