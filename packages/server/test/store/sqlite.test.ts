import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from './conformance.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

conformance({
  name: 'SQLite',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'chatpush-store-'));
    let time = Date.UTC(2026, 10, 22, 12);
    const clock = { now: () => time, monotonic: () => time };
    const store = await openSqliteStore({ path: join(folder, 'chatpush.db'), clock });
    return {
      stores: [store, store],
      async advance(ms) {
        time += ms;
      },
      async close() {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
