// The PostgreSQL fixture of the conformance suite: two nodes on a new schema, with a movable clock.
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts';
import type { Harness } from './conformance/harness.ts';
import { createTestSchema } from './postgres-schema.ts';

/** `through`: how the stores connect, if not directly to the server. */
export async function openPostgresHarness(
  serverUrl: string,
  through: Partial<PostgresStoreOptions> = {},
): Promise<Harness> {
  const { schema, query, setClockAhead, drop } = await createTestSchema(serverUrl);
  const options = { url: serverUrl, schema, connections: 8, ...through };
  const [here, there] = [await openPostgresStore(options), await openPostgresStore(options)];
  // To noon, so that no test crosses midnight by chance.
  const [now] = await query('select now_ms() % 86400000 as in_day');
  let aheadMs = 43_200_000 - Number(now?.['in_day']);
  await setClockAhead(aheadMs);
  const move = (ms: number) => setClockAhead((aheadMs += ms));
  return {
    stores: [here, there],
    advance: move,
    setBack: (ms) => move(-ms),
    async close() {
      await Promise.all([here.close(), there.close()]);
      await drop();
    },
  };
}
