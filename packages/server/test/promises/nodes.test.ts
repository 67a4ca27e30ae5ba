// Several nodes on one PostgreSQL: a delete on one stops the other, and another node takes over a silent node's deliveries.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { startPostgres } from '../store/postgres-server.ts';
import type { PostgresServer } from '../store/postgres-server.ts';
import { end, start } from './process.ts';
import { INSTANCE, iphone, startSystem } from './system.ts';
import type { System } from './system.ts';

let server: PostgresServer;
let emulator: Emulator;
before(async () => {
  [server, emulator] = await Promise.all([startPostgres(), startEmulator()]);
});
after(async () => {
  await emulator.close();
  await server.close();
});

type Entries = Awaited<ReturnType<System['log']>>['deliveries'];

const lastAttempt = (entries: Entries): number =>
  Math.max(0, ...entries.flatMap(({ attempts }) => attempts.map(({ at }) => Date.parse(at))));

/** The complete delivery log of a contact, once nothing in it is waiting. */
async function ended({ client }: System, contactId: string): Promise<Entries> {
  for (let tries = 0; ; tries++) {
    const all: Entries[number][] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await client.listDeliveries({
        instanceId: INSTANCE,
        contactId,
        maxResults: 100,
        ...(nextToken !== undefined && { nextToken }),
      });
      all.push(...page.deliveries);
      ({ nextToken } = page);
      if (nextToken === undefined) break;
    }
    if (all.every(({ status }) => status !== 'queued')) return all;
    assert.ok(tries < 200, JSON.stringify(all.filter(({ status }) => status === 'queued')));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const storeNamed = (name: string): string => `${server.url}&schema=${name}_${process.pid}`;

test('promise 4: a second after node A answered a delete, node B starts no more attempts', async () => {
  const store = storeNamed('delete');
  const a = await startSystem({ store, emulator });
  const b = await startSystem({ store, emulator });
  try {
    const registrationId = await a.register('deleted', iphone('delete'));
    await a.register('control', iphone('control'));
    // Some are refused and retried within a second or two, claimed by either node.
    emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, probability: 0.3 }]);
    const over = new AbortController();
    const write = async (contact: string): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n++) await b.say(contact, `${contact}-${n}`);
    };
    const writing = Promise.all([write('deleted'), write('control')]);
    await b.settled('deleted', (entries) => entries.length === 100);
    await a.client.deletePushNotificationRegistration({
      instanceId: INSTANCE,
      contactId: 'deleted',
      registrationId,
    });
    const answeredAt = Date.now();
    await b.settled('control', (entries) => lastAttempt(entries) > answeredAt + 1_500);
    over.abort();
    await writing;
    emulator.faults.clear();
    const [deleted, control] = await Promise.all([ended(b, 'deleted'), ended(b, 'control')]);
    assert.ok(lastAttempt(deleted) <= answeredAt + 1_000);
    const withdrawn = deleted.filter(({ reason }) => reason === 'registration-deleted');
    assert.ok(withdrawn.length > 0, 'there were deliveries to be stopped');
    assert.ok(deleted.some(({ reason }) => reason === 'no-registration'));
    assert.ok(control.every(({ status }) => status === 'accepted'));
  } finally {
    emulator.faults.clear();
    await Promise.all([a.close(), b.close()]);
  }
});

test('a node frozen past its lease loses its deliveries to another, and starts none of them when it resumes', async () => {
  const store = storeNamed('frozen');
  const frozen = await start([], {
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: store,
    CHATPUSH_EMULATOR_URL: emulator.url,
    CHATPUSH_LOG: 'silent',
  });
  const awake = await startSystem({ store, emulator });
  try {
    const client = createClient({
      region: 'eu-central-1',
      endpoint: frozen.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const token = iphone('frozen');
    await awake.register('contact', token);
    const say = (ids: readonly string[]) =>
      client.putChatEvents({
        instanceId: INSTANCE,
        events: ids.map((id) => ({
          id,
          contactId: 'contact',
          type: 'MESSAGE',
          content: `text of ${id}`,
          participantRole: 'AGENT',
        })),
      });
    await say(['first']);
    await emulator.phone(token).waitFor({ contains: 'text of first' });
    await awake.settled('contact', ([one]) => one?.status === 'accepted');

    // The frozen node's attempts fail, so everything that arrives was sent by the other node.
    const ids = Array.from({ length: 20 }, (_, n) => `message-${n}`);
    emulator.faults.set([{ gateway: 'apns', fault: 'black-hole', deviceToken: token, times: ids.length }]);
    const requestsBefore = emulator.requests.total;
    await say(ids);
    while (emulator.requests.total < requestsBefore + ids.length)
      await new Promise((resolve) => setTimeout(resolve, 10));
    frozen.child.kill('SIGSTOP');
    await emulator.phone(token).waitFor({ count: 1 + ids.length, timeoutMs: 20_000 });
    await awake.settled('contact', (entries) => entries.every(({ status }) => status === 'accepted'));
    const requestsThen = emulator.requests.total;

    frozen.child.kill('SIGCONT');
    // When it answers this, it has taken a new name or left the work to the store.
    await say(['last']);
    await emulator.phone(token).waitFor({ contains: 'text of last' });
    await awake.settled('contact', (entries) => entries.every(({ status }) => status === 'accepted'));
    assert.equal(emulator.requests.total, requestsThen + 1, 'nothing but the last message was sent again');
    assert.equal(emulator.phone(token).notifications.length, 2 + ids.length);
  } finally {
    emulator.faults.clear();
    frozen.child.kill('SIGCONT');
    await end(frozen, 'SIGTERM');
    await awake.close();
  }
});
