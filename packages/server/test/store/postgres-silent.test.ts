// `close` while the server is silent. Regression: it waited forever for connections to close, and for each call to time out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { contactChange, fresh } from './conformance/harness.ts';
import { startPostgres } from './postgres-server.ts';

test('a store whose server is frozen is closed in time, and its calls end', async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  if (!server.isOurs) return t.skip('the server given by CHATPUSH_TEST_POSTGRES cannot be frozen');
  const store = await openPostgresStore({ url: server.url, schema: fresh('silent').replace('-', '_') });
  const contact = contactChange();
  await store.commit({ contact });

  await server.freeze();
  try {
    // More than there are connections: some run, some wait for one.
    const calls = Array.from({ length: 30 }, () =>
      assert.rejects(store.contacts([contact]), StoreUnavailableError),
    );
    const from = performance.now();
    const closed = store.close().then(() => 'closed');
    assert.equal(
      await Promise.race([closed, delay(30_000, 'open after 30 seconds', { ref: false })]),
      'closed',
    );
    // A call by itself gives up after 12 seconds and more.
    assert.ok(performance.now() - from < 10_000, `${performance.now() - from} ms`);
    await Promise.all(calls);
    await assert.rejects(store.contacts([contact]), /closed/);
  } finally {
    server.thaw();
  }
});
