// Anything posted, validly signed or not, is accepted or refused with a listed reason, and never an internal error.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { SnsRefusal } from '../../src/sources/sns/refusal.ts';
import { createSnsSource } from '../../src/sources/sns/sns-source.ts';
import type { SnsSource } from '../../src/sources/sns/sns-source.ts';
import { openService } from '../operations/harness.ts';
import { INSTANCE, attributes, chatMessage } from './harness.ts';
import { TOPIC, startStandInSns } from './stand-in-sns.ts';
import type { Fields, StandInSns } from './stand-in-sns.ts';

let sns: StandInSns;
let service: Awaited<ReturnType<typeof openService>>;
let source: SnsSource;
const results: string[] = [];
const notified: unknown[] = [];
before(async () => {
  service = await openService();
  sns = await startStandInSns(service.clock.now);
  source = createSnsSource({
    topics: [{ topicArn: TOPIC, instances: [INSTANCE] }],
    notify: (instanceId, events) => {
      notified.push(...events);
      return service.notify(instanceId, events);
    },
    now: service.clock.now,
    maxAgeMs: 13 * 3_600_000,
    report: (result) => void results.push(result),
    network: sns.network,
  });
});
after(async () => {
  await sns.close();
  await service[Symbol.asyncDispose]();
});

async function take(body: Buffer | string): Promise<void> {
  const before = results.length;
  await source.take(Buffer.from(body), {}).catch((error: unknown) => {
    if (!(error instanceof SnsRefusal)) throw error;
  });
  assert.equal(results.length, before + 1, 'counted once');
  assert.notEqual(results.at(-1), 'failed');
}

const messageNow = () => chatMessage({ AbsoluteTime: new Date(service.clock.now()).toISOString() });
const member = (name: string) => fc.record({ name: fc.constant(name), value: fc.jsonValue() });

test('bytes of any kind', () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => take(Buffer.from(bytes))),
    { seed: 1, numRuns: 200 },
  ));

test('an envelope with one member of any value, or without it', async () => {
  const genuine = sns.notification(messageNow(), attributes());
  await fc.assert(
    fc.asyncProperty(fc.oneof(...Object.keys(genuine).map(member)), ({ name, value }) =>
      take(JSON.stringify({ ...genuine, [name]: value })),
    ),
    { seed: 2, numRuns: 300 },
  );
});

test('a validly signed message with any content and any attributes', async () => {
  const message = messageNow();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.jsonValue(),
        fc
          .oneof(...Object.keys(message).map(member))
          .map(({ name, value }) => Object.assign(messageNow(), { [name]: value })),
      ),
      fc.dictionary(fc.constantFrom('MessageVisibility', 'ParticipantRole', 'Type', 'Id'), fc.jsonValue()),
      (content, more) =>
        take(
          JSON.stringify(
            sns.notification(content as Fields, attributes(more as Record<string, string>), { version: '2' }),
          ),
        ),
    ),
    { seed: 3, numRuns: 300 },
  );
  assert.ok(results.includes('taken') && results.includes('no-chat-message'));
});

test('accepted messages have an id and a contact of 1 to 256 characters, and a time', () => {
  assert.ok(notified.length > 50);
  for (const event of notified as {
    id: string;
    contactId: string;
    initialContactId?: string;
    at: number;
  }[]) {
    for (const id of [event.id, event.contactId, event.initialContactId ?? 'none'])
      assert.ok(typeof id === 'string' && id.length >= 1 && id.length <= 256);
    assert.ok(Number.isFinite(event.at));
  }
});
