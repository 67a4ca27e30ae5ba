// An undelivered push is replayed under the same id with a new time to live, but never if it was delivered or must not be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INSTANCE, create } from '../operations/harness.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, createFastClock, startPipeline } from './pipeline.ts';

type Pipeline = Awaited<ReturnType<typeof startPipeline>>;

const replay = ({ handlers, context }: Pipeline, id: string, more: object = {}) =>
  handlers.ReplayDelivery(
    { InstanceId: INSTANCE, DeliveryId: id },
    { ...context, caller: { ...context.caller, ...more } },
  );
const withdraw = ({ handlers, context }: Pipeline, id: string) =>
  handlers.WithdrawDelivery({ InstanceId: INSTANCE, DeliveryId: id }, context);
const refused = (call: Promise<unknown>, message: RegExp) =>
  assert.rejects(call, { name: 'ConditionalOperationFailedException', message });

const shown = (phone: ReturnType<Pipeline['emulator']['phone']>): string[] =>
  phone.notifications.map(({ payload }) => (payload as { aps: { alert: { body: string } } }).aps.alert.body);

/** One push to one phone, which the gateway refused. */
async function refusedPush(pipeline: Pipeline, status: number, reason: string, contactId = 'contact') {
  const token = iphone(reason);
  await pipeline.register(contactId, token);
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason }]);
  await pipeline.say(contactId, ['1']);
  const [entry] = await pipeline.settled(contactId, ([one]) => one?.status === 'rejected');
  pipeline.emulator.faults.clear();
  return { id: entry!.id, phone: pipeline.emulator.phone(token), token };
}

test('a refused push is replayed under its id, arrives once, and is not replayed again', async () => {
  await using pipeline = await startPipeline();
  const { id, phone } = await refusedPush(pipeline, 400, 'PayloadEmpty');
  const { Delivery } = await replay(pipeline, id);
  assert.deepEqual(
    [Delivery.DeliveryId, Delivery.Status, Delivery.Reason, Delivery.CanReplay],
    [id, 'queued', 'replayed', false],
  );
  const [entry] = await pipeline.settled('contact', allAccepted);
  assert.equal(entry!.attemptCount, 2);
  assert.deepEqual(shown(phone), ['text of 1']);
  assert.equal(phone.notifications[0]!.headers['apns-id'], id);
  await refused(replay(pipeline, id), /^The gateway accepted the delivery: it is never pushed twice\.$/);
  await pipeline.say('contact', ['1']);
  assert.equal(phone.notifications.length, 1, 'its event is known still');
});

test('an expired push is replayed with the time to live of its application, counted from then', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  const token = iphone('expired');
  await pipeline.register('contact', token);
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 403, reason: 'InvalidProviderToken', times: 1 },
  ]);
  const HALF_A_DAY_MS = 12 * 3_600_000;
  // It expires in 10 seconds, and its gateway is retried in 15.
  await pipeline.say('contact', ['1'], {
    AbsoluteTime: new Date(clock.now() - HALF_A_DAY_MS + 10_000).toISOString(),
  });
  await pipeline.settled('contact', ([one]) => one?.attemptCount === 1);
  clock.advance(16_000);
  const [expired] = await pipeline.settled('contact', ([one]) => one?.status === 'expired');
  assert.equal(expired!.isKept, true);
  const { Delivery } = await replay(pipeline, expired!.id);
  const leftMs = Date.parse(Delivery.ExpiresAt!) - clock.now();
  assert.ok(Math.abs(leftMs - HALF_A_DAY_MS) < 60_000, `${leftMs}`);
  await pipeline.settled('contact', allAccepted);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 1);
});

test('a suspended device gets its push only after it was registered again', async () => {
  await using pipeline = await startPipeline();
  const { id, phone, token } = await refusedPush(pipeline, 400, 'BadDeviceToken');
  await pipeline.settled('contact', () => true);
  while ((await pipeline.registrations('contact'))[0]?.status !== 'suspended')
    await new Promise((resolve) => setTimeout(resolve, 10));
  await refused(replay(pipeline, id), /^The registration [-\w]+ is suspended, .* register the device again/);
  await pipeline.register('contact', token);
  await replay(pipeline, id);
  await pipeline.settled('contact', allAccepted);
  assert.equal(phone.notifications.length, 1);
});

test('nothing is replayed to a registration deleted by the gateway or by a call', async () => {
  await using pipeline = await startPipeline();
  const dead = await refusedPush(pipeline, 410, 'Unregistered');
  const stored = await pipeline.store.delivery(INSTANCE, dead.id);
  assert.equal(stored?.kept, undefined, 'its text is erased');
  await refused(replay(pipeline, dead.id), /content was erased then\. The gateway said Unregistered\.$/);

  const ContactId = 'another';
  const deleted = await refusedPush(pipeline, 400, 'PayloadEmpty', ContactId);
  const [{ RegistrationId } = { RegistrationId: '' }] = (
    await pipeline.handlers.ListPushNotificationRegistrations(
      { InstanceId: INSTANCE, ContactId },
      pipeline.context,
    )
  ).Registrations;
  await pipeline.handlers.DeletePushNotificationRegistration(
    { InstanceId: INSTANCE, ContactId, RegistrationId },
    pipeline.context,
  );
  await refused(replay(pipeline, deleted.id), /^The registration [-\w]+ was deleted/);
  assert.equal(deleted.phone.notifications.length, 0);
});

test('the stored content has no device token, and its text is shown only if the registration allows it now', async () => {
  await using pipeline = await startPipeline();
  const { id, phone, token } = await refusedPush(pipeline, 400, 'PayloadEmpty');
  const kept = (await pipeline.store.delivery(INSTANCE, id))?.kept ?? '';
  assert.ok(kept.includes('text of 1') && !kept.includes(token), kept);
  await pipeline.handlers.CreatePushNotificationRegistration(
    create({ contactId: 'contact', DeviceToken: token, DeviceType: 'APNS', raw: false }),
    pipeline.context,
  );
  await replay(pipeline, id);
  await pipeline.settled('contact', allAccepted);
  assert.deepEqual(shown(phone), ['You have a new message']);
});

test('replaying a skipped or unknown delivery is refused; a waiting one is unchanged', async () => {
  await using pipeline = await startPipeline();
  const token = iphone('others');
  await pipeline.register('contact', token);
  await pipeline.say('contact', ['own'], { ParticipantRole: 'CUSTOMER' });
  const [skipped] = await pipeline.log('contact');
  await refused(
    replay(pipeline, skipped!.id),
    /^The delivery never started, .*: The customer wrote this message\.$/,
  );
  await refused(
    withdraw(pipeline, skipped!.id),
    /^The delivery never started: The customer wrote this message\.$/,
  );
  await assert.rejects(replay(pipeline, 'no-such'), { name: 'ResourceNotFoundException' });
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 403, reason: 'InvalidProviderToken' },
  ]);
  await pipeline.say('contact', ['1']);
  const [waiting] = await pipeline.settled('contact', ([one]) => (one?.attemptCount ?? 0) > 0);
  const before = await pipeline.store.delivery(INSTANCE, waiting!.id);
  const { Delivery } = await replay(pipeline, waiting!.id);
  assert.equal(Delivery.Status, 'queued');
  assert.deepEqual(await pipeline.store.delivery(INSTANCE, waiting!.id), before);
});

test('a key limited to other applications may not replay', async () => {
  await using pipeline = await startPipeline();
  const { id } = await refusedPush(pipeline, 400, 'PayloadEmpty');
  await assert.rejects(replay(pipeline, id, { applications: new Set(['arn:other']) }), {
    name: 'AccessDeniedException',
  });
  assert.equal((await pipeline.log('contact'))[0]?.status, 'rejected');
});

test('a delivery withdrawn while in the store is never pushed, and its text is erased', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  const token = iphone('withdrawn');
  await pipeline.register('contact', token);
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 403, reason: 'InvalidProviderToken' },
  ]);
  await pipeline.say('contact', ['1', '2']);
  const entries = await pipeline.settled('contact', (all) =>
    all.some(({ attemptCount }) => attemptCount > 0),
  );
  const id = entries.find(({ messageId }) => messageId === '1')!.id;
  const { Delivery } = await withdraw(pipeline, id);
  assert.deepEqual([Delivery.Status, Delivery.Reason], ['withdrawn', 'withdrawn-on-request']);
  assert.equal((await withdraw(pipeline, id)).Delivery.Status, 'withdrawn', 'safe to repeat');
  await refused(replay(pipeline, id), /^The delivery is withdrawn, and its content was erased then\./);
  pipeline.emulator.faults.clear();
  clock.advance(16_000);
  await pipeline.settled('contact', (all) => all.some(({ status }) => status === 'accepted'));
  assert.deepEqual(shown(pipeline.emulator.phone(token)), ['text of 2']);
  const accepted = entries.find(({ messageId }) => messageId === '2')!.id;
  await refused(withdraw(pipeline, accepted), /^The delivery has ended: it is accepted\./);
});

test('a delivery withdrawn while a node holds it in memory is not attempted again', async () => {
  await using pipeline = await startPipeline();
  const token = iphone('held');
  await pipeline.register('contact', token);
  // A connection has one stream until its first answer, and that comes late.
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'slow', delayMs: 1_000, times: 1 }]);
  await pipeline.say('contact', ['1', '2']);
  const entries = await pipeline.log('contact');
  const held = entries.find(({ messageId }) => messageId === '2')!;
  assert.equal((await withdraw(pipeline, held.id)).Delivery.Status, 'withdrawn');
  await pipeline.settled('contact', (all) => all.every(({ status }) => status !== 'queued'));
  await pipeline.say('contact', ['3']);
  await pipeline.emulator.phone(token).waitFor({ contains: 'text of 3' });
  assert.deepEqual(shown(pipeline.emulator.phone(token)), ['text of 1', 'text of 3']);
  assert.equal((await pipeline.store.delivery(INSTANCE, held.id))?.attemptCount, 0);
});
