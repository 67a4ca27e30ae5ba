// Moving a store: from each kind of store to each, with waiting pushes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openJetStreamStore } from '../../src/store/jetstream/jetstream-store.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { exportStore } from '../../src/transfer/export-store.ts';
import { importStore } from '../../src/transfer/import-store.ts';
import {
  attempt,
  credit,
  ids,
  newClaim,
  newDelivery,
  settlement,
  skippedDelivery,
} from '../store/conformance/harness.ts';
import { newAddress } from '../store/jetstream-harness.ts';
import { startNats, type NatsServers } from '../store/nats-servers.ts';
import { createTestSchema } from '../store/postgres-schema.ts';
import { startPostgres, type PostgresServer } from '../store/postgres-server.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

let postgres: PostgresServer;
let nats: NatsServers;
const closing: (() => void | Promise<void>)[] = [];
before(async () => {
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
});
after(async () => {
  for (const close of closing.toReversed()) await close();
  await Promise.all([postgres.close(), nats.close()]);
});

const OPEN: Record<string, () => Promise<Store>> = {
  async SQLite() {
    const folder = temporaryFolder();
    closing.push(() => folder.remove());
    return openSqliteStore({ path: join(folder.path, 'chatpush.db') });
  },
  async PostgreSQL() {
    const { schema, drop } = await createTestSchema(postgres.url);
    closing.push(drop);
    return openPostgresStore({ url: postgres.url, schema });
  },
  JetStream: () => openJetStreamStore({ address: newAddress(nats) }),
};

async function open(kind: string): Promise<Store> {
  const store = await OPEN[kind]!();
  closing.push(() => store.close());
  return store;
}

const day = new Date().toISOString().slice(0, 10);
const contactId = 'contact 👋';
const contact = {
  instanceId: 'instance',
  contactId,
  body: JSON.stringify({
    format: 1,
    startedAt: 1,
    endsAt: Date.now() + 86_400_000,
    tombstones: [],
    registrations: ['one', 'two'].map((registrationId) => ({
      registrationId,
      deviceToken: registrationId,
      deviceType: 'GCM',
      applicationArn: 'app',
      includeRawMessage: true,
      createdAt: 1,
      registeredAt: 1,
      status: 'active',
    })),
  }),
};
const claim = newClaim({ answer: '{"RegistrationId":"Ü"}' });
const delivery = (lane: string) => newDelivery({ day, lane, contactId });
const [accepted, rejected, tried, fresh, more] = ['ended', 'ended', 'tried', 'fresh', 'fresh'].map(delivery);
const skipped = skippedDelivery({ day, contactId, reason: 'own-message' });

/** Two registrations, a claim, an application, and deliveries in every state, one of them leased to a dead node. */
async function fill(store: Store): Promise<void> {
  await store.putSetting('application', 'arn:app', 0, '{"name":"app"}');
  await store.commit({
    contact: { ...contact, version: 0, registrationsGained: 2, reviewInMs: 3_600_000, keepForMs: 86_400_000 },
    claim,
  });
  await store.beat('gone', 60_000);
  const lanes = new Map([
    ['ended', 9],
    ['tried', 9],
    ['fresh', 1],
  ]);
  await store.enqueue([accepted!, rejected!, tried!, skipped], 'gone', lanes);
  await store.settle(
    'gone',
    [
      settlement(accepted!.id, { status: 'accepted' }, [attempt({ at: 1, outcome: 'accepted', ms: 5 })]),
      settlement(rejected!.id, { status: 'rejected', reason: 'token-dead', keep: '{"kept":1}' }, [
        attempt({ at: 2, outcome: 'rejected', answer: '410 Unregistered' }),
      ]),
      settlement(tried!.id, { status: 'queued', dueInMs: 0, reason: 'gateway-busy' }, [attempt({ at: 3 })]),
    ].map((one) => Object.assign(one, { day })),
  );
  await store.enqueue([fresh!, more!], 'gone', lanes);
  await store.leave('gone');
}

async function linesOf(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportStore(store, Date.now)) lines.push(line.trimEnd());
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** The part of an export that must be the same in every store: everything but times. */
function lasting(lines: readonly string[]): unknown[] {
  return lines
    .slice(1)
    .map((line) =>
      line.replaceAll(/"(?:at|expiresAt|reviewInMs|keepForMs|expiresInMs|dueInMs)":\d+/g, (member) =>
        /^"at":\d$/.test(member) ? member : member.replace(/\d+/, '0'),
      ),
    )
    .sort();
}

for (const from of Object.keys(OPEN))
  for (const to of Object.keys(OPEN))
    describe(`from ${from} to ${to}`, () => {
      let target: Store;
      let lines: string[];
      before(async () => {
        const source = await open(from);
        await fill(source);
        lines = await linesOf(source);
        target = await open(to);
      });

      test('everything arrives, and an export of it is the same', async () => {
        const imported = await importStore(target, each(lines), Date.now);
        assert.deepEqual(imported, {
          settings: 1,
          contacts: 1,
          claims: 1,
          deliveries: 6,
          waiting: 3,
          kept: 0,
        });
        assert.deepEqual(lasting(await linesOf(target)), lasting(lines));
        assert.equal(await target.registrations('instance'), 2);
        assert.deepEqual(await target.claimed(claim.instanceId, claim.operation, claim.token), claim);
        const rows = (await target.deliveries({ instanceId: 'instance', contactId }, { limit: 10 })).items;
        assert.equal(rows.find(({ id }) => id === rejected!.id)?.attempts[0]?.answer, '410 Unregistered');
        assert.equal((await target.delivery('instance', rejected!.id))?.kept, '{"kept":1}');
      });

      test('waiting deliveries are sent from the new store with their text, and sent ones are never sent again', async () => {
        const known = await target.enqueue(
          [accepted!, rejected!, tried!, fresh!, skipped],
          'nobody',
          new Map(),
        );
        assert.deepEqual([...new Set(known.map(({ state }) => state))], ['known']);
        await target.beat('next', 60_000);
        const claimed = await target.claim('next', new Map([...credit('fresh', 9), ...credit('ended', 9)]));
        assert.deepEqual(ids(claimed).sort(), ids([fresh!, more!]).sort());
        assert.equal(claimed[0]?.work, fresh!.work);
        assert.ok(claimed[0].expiresInMs > fresh!.expiresInMs - 60_000);
        await target.leave('next');
      });

      test('a second import is refused while something waits, and changes nothing', async () => {
        await assert.rejects(importStore(target, each(lines), Date.now), /empty/);
        assert.deepEqual(lasting(await linesOf(target)), lasting(lines));
      });
    });

test('a truncated, modified or foreign export is refused with an explanation', async () => {
  const source = await open('SQLite');
  await fill(source);
  const lines = await linesOf(source);
  const into = async (given: readonly string[]) => importStore(await open('SQLite'), each(given), Date.now);
  await assert.rejects(into(lines.slice(0, -1)), /cut off/);
  await assert.rejects(into(lines.toSpliced(2, 1)), /changed on the way/);
  await assert.rejects(into([]), /first line/);
  await assert.rejects(into(['{"hello":1}']), /first line/);
  await assert.rejects(into(['{"chatpush":"export","format":99}']), /format 99/);
  await assert.rejects(into([lines[0]!, '{"kind":"shoe"}']), /Line 2.*shoe/);
  await assert.rejects(into([lines[0]!, '{"kind":']), /Line 2.*not JSON/);
});
