// Only the user of the process can read the database: it contains texts of chats and device tokens.
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('database, WAL and folder are created private, and an existing readable database is made private', async () => {
  const folder = temporaryFolder();
  const before = process.umask(0o022);
  try {
    const path = join(folder.path, 'data', 'of', 'chatpush.db');
    const store = await openSqliteStore({ path });
    await store.putSetting('instance', 'i-1', 0, '{}');
    assert.deepEqual(
      [modeOf(join(folder.path, 'data')), modeOf(join(folder.path, 'data', 'of'))],
      ['700', '700'],
    );
    const files = readdirSync(join(folder.path, 'data', 'of'));
    assert.ok(files.includes('chatpush.db-wal'), files.join());
    for (const file of files) assert.equal(modeOf(join(folder.path, 'data', 'of', file)), '600', file);
    await store.close();
    chmodSync(path, 0o644);
    await (await openSqliteStore({ path })).close();
    assert.equal(modeOf(path), '600');
  } finally {
    process.umask(before);
    folder.remove();
  }
});
