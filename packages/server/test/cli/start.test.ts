// A service that cannot start says why in a sentence, without a stack.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

async function start(environment: Record<string, string>): Promise<{ code: unknown; said: string }> {
  const child = spawn(process.execPath, ['--conditions=source', MAIN], {
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
  assert.match(said, /^chatpush: Something listens on 127\.0\.0\.1:\d+ already: .*CHATPUSH_PORT.*\n$/);
});

test('a store in use', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.db');
  const store = await openSqliteStore({ path });
  const { code, said } = await start({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${path}` });
  await store.close();
  assert.equal(code, 1);
  assert.match(said, /^chatpush: The database .* is in use by another process, .*CHATPUSH_STORE\.\n$/);
});

test('a database and an emulator that do not answer', async () => {
  using folder = temporaryFolder();
  const database = await start({ CHATPUSH_PORT: '0', CHATPUSH_STORE: 'postgres://nobody@127.0.0.1:1/none' });
  assert.deepEqual([database.code, database.said.split('\n').length], [1, 2], database.said);
  const emulator = await start({
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_EMULATOR_URL: 'http://127.0.0.1:1',
  });
  assert.equal(emulator.code, 1);
  assert.match(emulator.said, /^chatpush: No emulator answers at .*\n$/);
});
