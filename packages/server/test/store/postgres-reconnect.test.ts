// A server that accepts connections but answers them slowly, as after a pause. Regression: nodes that retried concurrently kept
// it busy with abandoned connections, and were without a store for minutes after a pause of 8 s (found by `campaign --nemesis
// freeze-database` on a busy machine).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnectGate } from '../../src/store/postgres/connect-gate.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { contactChange, fresh, newDeliveries } from './conformance/harness.ts';
import { startPostgres } from './postgres-server.ts';

const SILENT_MS = 7_500;

/** The connections of a store for calls. */
const POOL = 8;

/** Waits between attempts: an unavailable store refuses at once, and a tight loop would block everything else. */
const later = (): Promise<undefined> => delay(10, undefined);

test('a server that answers no new connections gets one connection attempt at a time, however many calls wait', async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  if (!server.isOurs) return t.skip('the server given by CHATPUSH_TEST_POSTGRES has no socket of ours');
  let isSilent = false;
  let taken = 0;
  const open = new Set<Socket>();
  const way = createServer((near) => {
    open.add(near);
    near.on('error', () => undefined);
    if (isSilent) {
      taken++;
      // The first attempts fail one after the other, each while another call is already asking again.
      if (taken <= POOL) setTimeout(() => near.destroy(), 500 + taken * 250);
      return;
    }
    const far = connect(join(server.folder, '.s.PGSQL.5432'));
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    way.close();
  });
  const { port } = way.address() as AddressInfo;
  const store = await openPostgresStore({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    schema: fresh('reconnect').replace('-', '_'),
  });
  t.after(() => store.close());
  const contact = contactChange();
  await store.commit({ contact });

  isSilent = true;
  for (const socket of open) socket.destroy();
  const calls: Promise<unknown>[] = [];
  const call = (): void => {
    calls.push(
      store.contacts([contact]).then(
        // The last ones still wait when the server answers again.
        () => assert.ok(!isSilent),
        (error: unknown) => assert.ok(error instanceof StoreUnavailableError, String(error)),
      ),
    );
  };
  // The first calls do not know of the problem yet.
  call();
  const calling = setInterval(call, 10);
  await delay(SILENT_MS);
  clearInterval(calling);
  isSilent = false;
  const healedAt = performance.now();
  await Promise.all(calls);
  assert.ok(calls.length > 300, `${calls.length} calls`);
  // Each is given 3 s: a pool's worth of those that began before anything was known, the listener's, and then one at a time.
  assert.ok(taken <= 10 + 4 + 3, `${taken} connections were asked for`);

  while (!(await store.contacts([contact]).catch(later)));
  // A probe that began during the silence takes 3 s, and the pause before the next up to one.
  assert.ok(performance.now() - healedAt < 15_000, `${performance.now() - healedAt} ms`);
});

test('a node keeps its lease at a slow database, however many calls wait for it', async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  if (!server.isOurs) return t.skip('the server given by CHATPUSH_TEST_POSTGRES has no socket of ours');
  /** On each way: ten connections then do 33 statements a second. */
  const LATE_MS = 150;
  let isSlow = false;
  const open = new Set<Socket>();
  const way = createServer((near) => {
    const far = connect(join(server.folder, '.s.PGSQL.5432'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.on('data', (chunk) => void setTimeout(() => to.write(chunk), isSlow ? LATE_MS : 0));
    }
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    way.close();
  });
  const { port } = way.address() as AddressInfo;
  const store = await openPostgresStore({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    schema: fresh('slow').replace('-', '_'),
  });
  t.after(() => store.close());
  const contact = contactChange();
  await store.commit({ contact });
  const node = fresh('node');
  await store.beat(node, 10_000);

  isSlow = true;
  const over = new AbortController();
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) await store.contacts([contact]).catch(later);
  };
  const callers = Array.from({ length: 400 }, caller);
  try {
    for (const until = performance.now() + 5_000; performance.now() < until;) {
      const asked = performance.now();
      assert.equal(await store.beat(node, 10_000), 'alive');
      // With the calls it would wait for 400 of them, 33 a second.
      assert.ok(performance.now() - asked < 6_000, `a beat took ${performance.now() - asked} ms`);
    }
  } finally {
    over.abort();
    await Promise.all(callers);
  }
});

test('a node that vanishes in the middle of a transaction blocks others only for seconds', async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  if (!server.isOurs) return t.skip('the server given by CHATPUSH_TEST_POSTGRES has no socket of ours');
  // The statement that locks the table gets through, and from then on the connection is silent and open, as behind a firewall
  // that forgot it.
  const locked = Promise.withResolvers<void>();
  const open = new Set<Socket>();
  const way = createServer((near) => {
    const far = connect(join(server.folder, '.s.PGSQL.5432'));
    let isSilent = false;
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (chunk) => {
      if (isSilent) return;
      far.write(chunk);
      if (!chunk.includes('lock table')) return;
      isSilent = true;
      locked.resolve();
    });
    far.on('data', (chunk) => {
      if (!isSilent) near.write(chunk);
    });
    near.on('close', () => isSilent || far.destroy());
    far.on('close', () => isSilent || near.destroy());
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  const { port } = way.address() as AddressInfo;
  const schema = fresh('vanished').replace('-', '_');
  const vanishing = await openPostgresStore({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    schema,
  });
  const other = await openPostgresStore({ url: server.url, schema });
  t.after(async () => {
    for (const socket of open) socket.destroy();
    way.close();
    await Promise.all([vanishing.close(), other.close()]);
  });

  const [delivery] = newDeliveries(1);
  const lost = vanishing.enqueue([delivery!], 'node', new Map()).catch((error: unknown) => error);
  await locked.promise;
  const from = performance.now();
  while (!(await other.enqueue([delivery!], 'node', new Map()).catch(later)));
  // The server ends the transaction after 5 s; without that, its TCP gives up after two hours.
  assert.ok(performance.now() - from < 30_000, `${performance.now() - from} ms`);
  for (const socket of open) socket.destroy();
  assert.ok((await lost) instanceof StoreUnavailableError);
});

test('of the calls that wait before the gate each fails with what the one before it met', async () => {
  const gate = createConnectGate(() => true);
  const fault = new Error('no');
  let asked = 0;
  const refuse = (): Promise<never> => {
    asked++;
    return Promise.reject(fault);
  };
  await assert.rejects(gate.pass(refuse), fault);
  const together = await Promise.allSettled(Array.from({ length: 20 }, () => gate.pass(refuse)));
  assert.ok(together.every((result) => result.status === 'rejected' && result.reason === fault));
  assert.equal(asked, 2);
  // Once one succeeds, all do.
  assert.deepEqual(
    await Promise.all([1, 2, 3].map((one) => gate.pass(() => Promise.resolve(one)))),
    [1, 2, 3],
  );
});
