// SNS delivers at least once, in any order, and retries while the store is unavailable: no accepted message is lost or
// duplicated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { systemClock } from '../../src/clock.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createSnsSource } from '../../src/sources/sns/sns-source.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { INSTANCE, create, openService } from '../operations/harness.ts';
import { chatMessage } from './harness.ts';
import { TOPIC, post, startStandInSns } from './stand-in-sns.ts';

/** The result of a store call: success, failure, or success with a lost answer. */
type Weather = 'well' | 'away' | 'answer lost';

async function startRoad(next: () => Weather) {
  let stormy = false;
  const service = await openService({
    wrap: (store): Store => {
      const through =
        <A extends unknown[], R>(verb: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const weather = stormy ? next() : 'well';
          if (weather === 'away') throw new StoreUnavailableError('away');
          const result = await verb(...args);
          if (weather === 'answer lost') throw new StoreUnavailableError('answer lost');
          return result;
        };
      return {
        ...store,
        contacts: through((keys) => store.contacts(keys)),
        commit: through((change) => store.commit(change)),
        enqueue: through((batch, node, credit) => store.enqueue(batch, node, credit)),
        onHint: (listener) => store.onHint(listener),
      };
    },
  });
  const sns = await startStandInSns(service.clock.now);
  const results: string[] = [];
  const server = await createHttpServer({
    handlers: {} as never,
    accessKey: createAccessKeys([]),
    clock: systemClock,
    ready: async () => ({ ready: true, checks: {} }),
    host: '127.0.0.1',
    port: 0,
    sources: new Map([
      [
        '/sources/sns',
        createSnsSource({
          topics: [{ topicArn: TOPIC, instances: [INSTANCE] }],
          notify: service.notify,
          now: () => service.clock.now(),
          maxAgeMs: 13 * 3_600_000,
          report: (result) => void results.push(result),
          network: sns.network,
        }),
      ],
    ]),
  });
  return {
    sns,
    service,
    server,
    results,
    storm: (on: boolean) => void (stormy = on),
    async [Symbol.asyncDispose]() {
      await server.close();
      await sns.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

test('repeated, reordered and duplicated while the store fails now and then, each message has one delivery', async () => {
  let weather: () => Weather = () => 'well';
  await using road = await startRoad(() => weather());
  const { sns, service, server } = road;
  for (const contactId of ['a', 'b'])
    await service.call('CreatePushNotificationRegistration', create({ contactId }));
  const sentInAll: string[] = [];

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ contact: fc.constantFrom('a', 'b'), copies: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.infiniteStream(fc.constantFrom<Weather>('well', 'well', 'away', 'answer lost')),
      fc.infiniteStream(fc.nat()),
      async (messages, weathers, order) => {
        weather = () => weathers.next().value as Weather;
        const posts = messages.flatMap(({ contact, copies }, index) => {
          const id = `${sentInAll.length + index} ${crypto.randomUUID()}`;
          const body = sns.notification(
            chatMessage({
              Id: id,
              ContactId: contact,
              InitialContactId: contact,
              AbsoluteTime: new Date(service.clock.now()).toISOString(),
            }),
            { InstanceId: INSTANCE, MessageVisibility: 'ALL' },
            { version: index % 2 === 0 ? '1' : '2' },
          );
          return Array.from({ length: copies }, () => ({ id, body, place: order.next().value as number }));
        });
        sentInAll.push(...new Set(posts.map(({ id }) => id)));
        posts.sort((a, b) => a.place - b.place);
        road.storm(true);
        // SNS retries 5xx and 429; after any other 4xx it never sends the message again.
        await Promise.all(
          posts.map(async ({ body }) => {
            for (;;) {
              const { status, text } = await post(server.url, body);
              if (status === 200) return;
              assert.ok(status >= 500, text);
            }
          }),
        );
        road.storm(false);
      },
    ),
    { seed: 6, numRuns: 25 },
  );

  assert.ok(road.results.includes('failed'), 'the weather was felt');
  const stored = [];
  for (const contactId of ['a', 'b'])
    for (let next: string | undefined, first = true; first || next; first = false) {
      const page = await service.store.deliveries(
        { instanceId: INSTANCE, contactId },
        { limit: 100, ...(next !== undefined && { next }) },
      );
      stored.push(...page.items.map(({ messageId }) => messageId));
      next = page.next;
    }
  assert.deepEqual(stored.sort(), sentInAll.sort());
});

test('a message repeated an hour later, the longest retry of SNS, or twelve, makes no second delivery', async () => {
  await using road = await startRoad(() => 'well');
  const { sns, service, server } = road;
  await service.call('CreatePushNotificationRegistration', create({ contactId: 'a' }));
  const body = sns.notification(
    // Without its own time it has the time at which SNS first received it, even past midnight.
    chatMessage({ ContactId: 'a', InitialContactId: 'a', AbsoluteTime: undefined }),
    { InstanceId: INSTANCE, MessageVisibility: 'ALL' },
  );
  for (const hours of [0, 1, 11, 0.9]) {
    service.clock.advance(hours * 3_600_000);
    assert.equal((await post(server.url, body)).status, 200);
  }
  service.clock.advance(0.2 * 3_600_000);
  assert.equal((await post(server.url, body)).status, 403);
  const { items } = await service.store.deliveries({ instanceId: INSTANCE, contactId: 'a' }, { limit: 100 });
  // After its time to live it is logged as expired in any case, and nothing is sent.
  assert.deepEqual(
    items.map(({ status, reason }) => [status, reason]),
    [
      ['skipped', 'expired'],
      ['queued', undefined],
    ],
  );
});

test('while the service stops, SNS is told to retry', async () => {
  await using road = await startRoad(() => 'well');
  road.server.drain();
  const answer = await post(road.server.url, road.sns.notification(chatMessage()));
  assert.equal(answer.status, 503);
});
