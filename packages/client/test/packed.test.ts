// What a new user gets: the packed tarballs, installed in an empty folder, compiled in strict mode, run on each Node release line
// from 20 on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { OPERATIONS } from '@chatpush/wire';
import type { OperationName } from '@chatpush/wire';
import { lowerFirst } from '../src/casing.ts';
import { clientOf } from './calls.ts';
import { startTestService } from './service.ts';

const run = promisify(execFile);
const packages = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** The npm that started this process, if any: on some systems `npm` is a shim, not a program. */
const npm = (args: readonly string[], cwd: string) =>
  process.env['npm_execpath'] === undefined
    ? run('npm', args, { cwd, shell: process.platform === 'win32' })
    : run(process.execPath, [process.env['npm_execpath'], ...args], { cwd });

const STRANGER = (endpoint: string): string => `
import { ChatpushError, DeviceType, InvalidParameterException, createClient } from '@chatpush/client';
import type { CreatePushNotificationRegistrationRequest } from '@chatpush/client';

const client = createClient({
  region: 'us-east-1',
  endpoint: ${JSON.stringify(endpoint)},
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const request: CreatePushNotificationRegistrationRequest = {
  contactConfiguration: { contactId: 'contact-1', participantRole: 'CUSTOMER', includeRawMessage: true },
  deviceToken: 'token',
  deviceType: DeviceType.APNS,
  instanceId: 'instance-1',
  pinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:123456789012:apps/0123456789abcdef',
};
const { registrationId } = await client.createPushNotificationRegistration(request);
const refused: unknown = await client
  .createPushNotificationRegistration({ ...request, deviceToken: '' })
  .catch((error: unknown) => error);
console.log(
  JSON.stringify([registrationId, refused instanceof InvalidParameterException, refused instanceof ChatpushError]),
);
`;

/** What a file may import: the named modules, and every other module of a package. */
const ALLOWED: Record<string, RegExp> = {
  wire: /^\.{1,2}\/.+\.js$/,
  client: /^(\.{1,2}\/.+\.js|#platform|@chatpush\/wire)$/,
  // Chosen on Node alone: package.json, "imports".
  'platform-node.js': /^(node:(crypto|https?)|\.\/platform\.js)$/,
};

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatpush-stranger-'));
});
after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

/** A Node of this major version: from this machine, otherwise from the registry. */
async function findNode(major: number): Promise<string | undefined> {
  const isIt = async (file: string): Promise<boolean> => {
    try {
      return (await run(file, ['--version'])).stdout.startsWith(`v${major}.`);
    } catch {
      return false; // Missing or not executable: try the next candidate.
    }
  };
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const place of (process.env['PATH'] ?? '').split(delimiter))
    if (await isIt(join(place, name))) return join(place, name);
  const suffix = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const home = join(folder, `node-${major}`);
  await mkdir(home);
  try {
    await npm(['install', '--prefix', home, '--no-audit', '--no-fund', `node-${suffix}@${major}`], home);
  } catch {
    return undefined; // No registry, or no such package for this system: the test is skipped.
  }
  const file = join(home, 'node_modules', `node-${suffix}`, 'bin', name);
  return (await isIt(file)) ? file : undefined;
}

describe('the packed client', () => {
  const tarballs: string[] = [];

  test('contains only the build, its README and its licence', async () => {
    for (const name of ['wire', 'client']) {
      const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], join(packages, name));
      const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
        { filename: string; files: { path: string }[] },
      ];
      tarballs.push(join(folder, packed.filename));
      const others = packed.files
        .map(({ path }) => path)
        .filter((path) => !/^dist\/[\w/-]+(\.js|\.d\.ts|\.js\.map)$/.test(path));
      assert.deepEqual(others.sort(), ['LICENSE', 'README.md', 'package.json']);
    }
  });

  test('installs from the two tarballs alone, and compiles in a strict program', async () => {
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], folder);
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: object;
    };
    assert.deepEqual(Object.keys(lock.packages).sort(), [
      '',
      'node_modules/@chatpush/client',
      'node_modules/@chatpush/wire',
    ]);
    await writeFile(join(folder, 'stranger.ts'), STRANGER('http://127.0.0.1:9'));
    await compile();
    await access(join(folder, 'stranger.js'));
  });

  const compile = () =>
    run(
      process.execPath,
      [
        tsc,
        '--strict',
        '--exactOptionalPropertyTypes',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        '',
        'stranger.ts',
      ],
      { cwd: folder },
    ).catch((error: { stdout?: string }) => {
      throw new Error(`does not compile:\n${error.stdout}`, { cause: error });
    });

  for (const major of [26, 24, 22, 20])
    test(`registers a device at the service from Node ${major}`, async (t) => {
      const node =
        Number(process.versions.node.split('.')[0]) === major ? process.execPath : await findNode(major);
      if (node === undefined)
        return t.skip(`there is no Node ${major}, neither installed nor in the registry`);
      await using service = await startTestService();
      await writeFile(join(folder, 'stranger.ts'), STRANGER(service.url));
      await compile();
      const { stdout } = await run(node, ['stranger.js'], { cwd: folder });
      const [registrationId, ...refusals] = JSON.parse(stdout) as [string, ...boolean[]];
      assert.deepEqual(refusals, [true, true]);
      const { registrations } = await clientOf(service).listPushNotificationRegistrations({
        instanceId: 'instance-1',
        contactId: 'contact-1',
      });
      assert.deepEqual(
        registrations.map((registration) => [registration.registrationId, registration.includeRawMessage]),
        [[registrationId, true]],
      );
    });

  test('imports nothing but its own files and wire', async () => {
    for (const name of ['wire', 'client']) {
      const dist = join(folder, 'node_modules/@chatpush', name, 'dist');
      for (const file of (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'))) {
        const source = await readFile(join(dist, file), 'utf8');
        for (const [, from] of source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g))
          assert.match(from!, ALLOWED[file] ?? ALLOWED[name]!, file);
      }
    }
  });

  test('documents for the editor what each method does and throws, as declared in wire', async () => {
    const declarations = await readFile(
      join(folder, 'node_modules/@chatpush/client/dist/client.d.ts'),
      'utf8',
    );
    for (const name of Object.keys(OPERATIONS) as OperationName[]) {
      const comment = commentBefore(declarations, `${lowerFirst(name)}(`);
      const thrown = [...comment.matchAll(/@throws \{@link (\w+)\}/g)].map((match) => match[1]);
      assert.deepEqual(thrown, [...OPERATIONS[name].errors, 'ChatpushError'], name);
    }
    const registrations = await readFile(
      join(folder, 'node_modules/@chatpush/client/dist/registrations.d.ts'),
      'utf8',
    );
    const [, body = ''] =
      /interface CreatePushNotificationRegistrationRequest \{(.*?)^\}/ms.exec(registrations) ?? [];
    const members = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1]!);
    assert.equal(members.length, 6);
    for (const member of members) assert.ok(commentBefore(body, member).length > 20, member);
  });
});

/** The doc comment that ends right before a declaration. */
function commentBefore(source: string, declaration: string): string {
  const match = new RegExp(
    String.raw`/\*\*((?:(?!\*/).)*)\*/\s*${declaration.replace('(', String.raw`\(`)}`,
    's',
  ).exec(source);
  assert.ok(match, `no comment before ${declaration}`);
  return match[1]!;
}
