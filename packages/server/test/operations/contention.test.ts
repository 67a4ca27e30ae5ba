// Several nodes change one contact: no change is lost, no token is answered twice, no call waits forever.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { startPostgres } from '../store/postgres-server.ts';
import type { PostgresServer } from '../store/postgres-server.ts';
import { INSTANCE, create, createService, openService, openSqlite } from './harness.ts';
import type { Call, OpenStore } from './harness.ts';

const CREATE = 'CreatePushNotificationRegistration';

const listed = async (call: Call) =>
  (await call('ListPushNotificationRegistrations', { InstanceId: INSTANCE, ContactId: 'contact-1' }))
    .Registrations;

/** Counts the results of `commit`. */
function counting(store: Store, answers: Map<string, number>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'commit') return value;
      return async (change: Parameters<Store['commit']>[0]) => {
        const answer = await target.commit(change);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        return answer;
      };
    },
  });
}

/** Delays the answer of the first `contacts` call until `release` is called. */
function slow(store: Store) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let first = true;
  const held = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'contacts') return value;
      return async (keys: Parameters<Store['contacts']>[0]) => {
        const answer = await target.contacts(keys);
        if (!first) return answer;
        first = false;
        reached.resolve();
        await gate.promise;
        return answer;
      };
    },
  });
  return { store: held, reached: reached.promise, release: () => gate.resolve() };
}

function contention(openStore: OpenStore): void {
  test('50 identical calls over four nodes give one id and one registration', async () => {
    await using base = await openService({ openStore });
    const nodes = Array.from({ length: 4 }, () => createService(base.store, base.clock));
    const input = create({ ClientToken: 't' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => nodes[n % 4]!.call(CREATE, input)),
    );
    const ids = new Set(answers.map((answer) => answer.RegistrationId));
    assert.deepEqual(
      (await listed(base.call)).map((one) => one.RegistrationId),
      [...ids],
    );
  });

  test('four nodes register ten devices at once: all ten are there', async () => {
    await using base = await openService({ openStore });
    const answers = new Map<string, number>();
    const nodes = Array.from({ length: 4 }, () => createService(counting(base.store, answers), base.clock));
    const calls = Array.from({ length: 10 }, (_, n) =>
      nodes[n % 4]!.call(CREATE, create({ DeviceToken: `device-${n}` })),
    );
    const ids = (await Promise.all(calls)).map((answer) => answer.RegistrationId);
    assert.deepEqual((await listed(base.call)).map((one) => one.RegistrationId).sort(), ids.sort());
    assert.ok((answers.get('contact-changed') ?? 0) > 0, 'nobody was in anybody’s way');
  });

  test('two nodes get one call with one token at once: one id, although each chose its own', async () => {
    await using base = await openService({ openStore });
    const answers = new Map<string, number>();
    const nodes = [0, 1].map(() => createService(counting(base.store, answers), base.clock));
    for (let n = 0; n < 20; n++) {
      const input = create({ contactId: `contact-${n}`, ClientToken: `t-${n}` });
      const [one, two] = await Promise.all(nodes.map((node) => node.call(CREATE, input)));
      assert.deepEqual(one, two);
    }
    assert.ok((answers.get('token-taken') ?? 0) > 0, 'no token was ever taken');
  });

  test('a call refused because of an outdated read returns the answer of the retry that overtook it', async () => {
    await using base = await openService({ openStore, settings: { registrations: 1 } });
    const first = await base.call(CREATE, create());
    const { store, reached, release } = slow(base.store);
    const overtaken = createService(store, base.clock, { settings: { registrations: 1 } });
    const input = create({ DeviceToken: 'device-2', ClientToken: 't' });
    // It has read a full contact, and gets the answer only now.
    const late = overtaken.call(CREATE, input);
    await reached;
    const key = { InstanceId: INSTANCE, ContactId: 'contact-1' };
    await base.call('DeletePushNotificationRegistration', { ...key, RegistrationId: first.RegistrationId });
    const repeat = await base.call(CREATE, input);
    release();
    assert.deepEqual(await late, repeat);
    assert.deepEqual(
      (await listed(base.call)).map((one) => one.RegistrationId),
      [repeat.RegistrationId],
    );
  });

  test('a call that is still refused leaves its token unused', async () => {
    await using base = await openService({ openStore, settings: { registrations: 1 } });
    const first = await base.call(CREATE, create());
    const { store, reached, release } = slow(base.store);
    const slowNode = createService(store, base.clock, { settings: { registrations: 1 } });
    const refused = slowNode.call(CREATE, create({ DeviceToken: 'device-2', ClientToken: 't' }));
    await reached;
    release();
    await assert.rejects(refused, { name: 'ServiceQuotaExceededException' });
    const key = { InstanceId: INSTANCE, ContactId: 'contact-1' };
    await base.call('DeletePushNotificationRegistration', { ...key, RegistrationId: first.RegistrationId });
    await base.call(CREATE, create({ DeviceToken: 'device-3', ClientToken: 't' }));
  });

  test('a known, ended or claimed contact answers the same as without the optimistic first try', async () => {
    await using base = await openService({ openStore });
    const first = await base.call(CREATE, create({ ClientToken: 't', DeviceToken: 'a' }));
    // Each service assumes once that the contact is new, and is wrong each time.
    const guesses = (): Call => createService(base.store, base.clock).call;
    assert.deepEqual(await guesses()(CREATE, create({ ClientToken: 't', DeviceToken: 'a' })), first);
    await assert.rejects(guesses()(CREATE, create({ ClientToken: 't', DeviceToken: 'b' })), {
      name: 'InvalidParameterException',
    });
    assert.deepEqual(await guesses()(CREATE, create({ DeviceToken: 'a' })), first);
    assert.equal((await listed(base.call)).length, 1);
    await base.call('StopContact', { InstanceId: INSTANCE, ContactId: 'contact-1' });
    await assert.rejects(guesses()(CREATE, create({ DeviceToken: 'b' })), {
      name: 'ResourceNotFoundException',
    });
    assert.deepEqual(await guesses()(CREATE, create({ ClientToken: 't', DeviceToken: 'a' })), first);
  });

  test('a contact that changes during every try is refused as busy, with Retry-After', async () => {
    await using base = await openService({ openStore });
    let tries = 0;
    const unlucky = new Proxy(base.store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'commit') return value;
        return async (change: Parameters<Store['commit']>[0]) => {
          // Another writer is always faster.
          await base.call(CREATE, create({ DeviceToken: `other-${tries++ % 2}` }));
          return target.commit(change);
        };
      },
    });
    const service = createService(unlucky, base.clock);
    await assert.rejects(service.call(CREATE, create({ ClientToken: 't' })), {
      name: 'ThrottlingException',
      retryAfterSeconds: 1,
    });
    // The optimistic try, and ten more.
    assert.equal(tries, 11);
    assert.equal((await listed(base.call)).length, 2);
  });
}

describe('on SQLite', () => contention(openSqlite));

describe('on PostgreSQL', () => {
  let server: PostgresServer;
  let schemas = 0;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.close());
  contention(() =>
    openPostgresStore({ url: server.url, schema: `contention_${process.pid}_${schemas++}`, connections: 8 }),
  );
});
