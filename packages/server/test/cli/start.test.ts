// A service that cannot start says why in a sentence, without a stack.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

async function start(
  environment: Record<string, string>,
  ...argv: string[]
): Promise<{ code: unknown; said: string }> {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, ...argv], {
    // A start that succeeds or loops fails its own test instead of blocking all tests.
    timeout: 60_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[unknown]>]);
  return { code, said };
}

test('a port in use', async () => {
  using folder = temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, said } = await start({
    CHATPUSH_PORT: String(port),
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
  });
  taken.close();
  assert.equal(code, 1);
  assert.match(said, /^chatpush: Another process already listens on 127\.0\.0\.1:\d+: .*CHATPUSH_PORT.*\n$/);
});

test('a store in use', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.db');
  const store = await openSqliteStore({ path });
  const { code, said } = await start({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${path}` });
  await store.close();
  assert.equal(code, 1);
  assert.match(
    said,
    /^chatpush: The database .* is in use by another process, .*CHATPUSH_STORE for this one\.\n$/,
  );
});

test('a database that does not answer', async () => {
  const database = await start({ CHATPUSH_PORT: '0', CHATPUSH_STORE: 'postgres://nobody@127.0.0.1:1/none' });
  assert.deepEqual([database.code, database.said.split('\n').length], [1, 2], database.said);
});

/** With a settings file, because the development defaults refuse other addresses before listening. */
function settled(folder: string): Record<string, string> {
  const path = join(folder, 'settings.json');
  writeFileSync(
    path,
    JSON.stringify({ accessKeys: [{ id: 'A', secret: 's', instances: 'all' }], instances: ['support'] }),
  );
  return { CHATPUSH_CONFIG: path, CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'a.db')}` };
}

test('an address that this machine does not have, and a name that does not resolve', async () => {
  // TEST-NET-3 (RFC 5737) and .invalid (RFC 2606) are never assigned.
  using folder = temporaryFolder();
  for (const [host, expected] of [
    [
      '203.0.113.9',
      /^chatpush: CHATPUSH_HOST is 203\.0\.113\.9, which is not an address of this machine: use .*\n$/,
    ],
    ['nowhere.invalid', /^chatpush: CHATPUSH_HOST is nowhere\.invalid, a name that .* cannot resolve .*\n$/],
  ] as const) {
    const { code, said } = await start({ ...settled(folder.path), CHATPUSH_HOST: host });
    assert.deepEqual([code, expected.test(said)], [1, true], said);
  }
});

test('an invalid log level', async () => {
  const { code, said } = await start({ CHATPUSH_LOG: 'verbose' });
  assert.equal(code, 1);
  assert.match(said, /^ {2}CHATPUSH_LOG is "verbose"; write one of trace, /m);
});

test('a store that is a folder or another kind of file, or that cannot be created', async () => {
  using folder = temporaryFolder();
  const foreign = join(folder.path, 'notes.txt');
  writeFileSync(
    foreign,
    'These are no tables, but they are longer than the header of a database would be. '.repeat(20),
  );
  const stores: [string, RegExp][] = [
    [
      folder.path,
      /^chatpush: The database .* cannot be opened: CHATPUSH_STORE=sqlite:path must name a file, .*\n$/,
    ],
    [foreign, /^chatpush: The database .*notes\.txt is not a SQLite database: .* CHATPUSH_STORE=.*\n$/],
    [
      join(foreign, 'a.db'),
      /^chatpush: The folder .*notes\.txt of the database cannot be made .* CHATPUSH_STORE=.*\n$/,
    ],
    // Regression: mkdir in /proc fails with ENOENT, and Node's `recursive` retried forever.
    ...(process.platform === 'linux'
      ? [
          [
            '/proc/x/y.db',
            /^chatpush: The folder \/proc\/x of the database cannot be made \(ENOENT\): .*\n$/,
          ] as [string, RegExp],
          [
            '/proc/x/y/z.db',
            /^chatpush: The folder \/proc\/x\/y of the database cannot be made \(ENOENT\): .*\n$/,
          ] as [string, RegExp],
        ]
      : []),
  ];
  for (const [path, expected] of stores) {
    const { code, said } = await start({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${path}` });
    assert.deepEqual([code, expected.test(said)], [1, true], `${path}: ${said}`);
  }
});

test('the stand-alone emulator on a port in use: an error that names the option', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, said } = await start({}, 'emulator', '--port', String(port));
  taken.close();
  assert.equal(code, 1);
  assert.match(
    said,
    /^chatpush: Another process already listens on 127\.0\.0\.1:\d+: stop it, or choose another port for --port .*\n$/,
  );
});

test('the stand-alone emulator with an unknown option: exit code 2, like every command', async () => {
  const { code, said } = await start({}, 'emulator', '--prot', '1');
  assert.equal(code, 2);
  assert.match(said, /Unknown option '--prot'/);
});
