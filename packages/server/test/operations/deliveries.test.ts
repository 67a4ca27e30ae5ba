// The deliveries of an instance: filters, opaque page tokens, counts per minute.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Input } from '@chatpush/wire';
import type { Settlement } from '../../src/store/store.ts';
import { APPLICATION, INSTANCE, NODE, create, message, openService } from './harness.ts';

type Service = Awaited<ReturnType<typeof openService>>;
type Filter = Omit<Input<'ListDeliveries'>, 'InstanceId'>;

const MINUTE = 60_000;
const OTHER_APPLICATION = APPLICATION.replace(/[^/]*$/, 'other');

const say = (service: Service, Id: string, more: object = {}) =>
  service.call('PutChatEvents', { InstanceId: INSTANCE, Events: [message({ Id, ...more })] });

async function list(service: Service, filter: Filter = {}): Promise<string[]> {
  const { Deliveries } = await service.call('ListDeliveries', { InstanceId: INSTANCE, ...filter });
  return Deliveries.map(({ MessageId, DeviceType = '' }) => `${MessageId} ${DeviceType}`.trim());
}

/** Every delivery here is leased to NODE when it is enqueued. */
async function settle(service: Service, filter: Filter, to: Settlement['to']): Promise<void> {
  const { Deliveries } = await service.call('ListDeliveries', { InstanceId: INSTANCE, ...filter });
  const [{ DeliveryId: id } = { DeliveryId: '' }, ...others] = Deliveries;
  assert.deepEqual(others, []);
  assert.deepEqual(await service.store.settle(NODE, [{ id, day: '', attempts: [], to }]), { lost: [] });
}

describe('ListDeliveries of an instance', () => {
  test('lists the started deliveries of all contacts, newest first, with contact, application and channel', async () => {
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'one' }));
    await service.call(
      'CreatePushNotificationRegistration',
      create({ contactId: 'two', DeviceType: 'APNS', DeviceToken: 'ab'.repeat(32) }),
    );
    await say(service, '1', { ContactId: 'one' });
    service.clock.advance(1);
    await say(service, '2', { ContactId: 'two' });
    await say(service, '3', { ContactId: 'two', ParticipantRole: 'CUSTOMER' });
    const { Deliveries, NextToken } = await service.call('ListDeliveries', { InstanceId: INSTANCE });
    assert.equal(NextToken, undefined);
    assert.deepEqual(
      Deliveries.map((one) => [one.MessageId, one.ContactId, one.PinpointAppArn, one.DeviceType, one.Status]),
      [
        ['2', 'two', APPLICATION, 'APNS', 'queued'],
        ['1', 'one', APPLICATION, 'GCM', 'queued'],
      ],
    );
    const [first] = Deliveries;
    const { Delivery } = await service.call('GetDelivery', {
      InstanceId: INSTANCE,
      DeliveryId: first!.DeliveryId,
    });
    assert.deepEqual(Delivery, first);
    assert.deepEqual(await list(service, { Status: 'skipped' }), ['3']);
    assert.deepEqual(await list(service, { Status: 'skipped', Reason: 'own-message' }), ['3']);
  });

  test('filters by status, reason, application, channel and time', async () => {
    await using service = await openService();
    for (const [n, DeviceType] of (['GCM', 'APNS', 'APNS_SANDBOX'] as const).entries())
      await service.call(
        'CreatePushNotificationRegistration',
        create({
          DeviceType,
          DeviceToken: `${n}`.repeat(64),
          ...(DeviceType === 'APNS_SANDBOX' && { PinpointAppArn: OTHER_APPLICATION }),
        }),
      );
    await say(service, '1');
    const begun = new Date(service.clock.now()).toISOString();
    service.clock.advance(MINUTE);
    const later = new Date(service.clock.now()).toISOString();
    assert.deepEqual((await list(service)).sort(), ['1 APNS', '1 APNS_SANDBOX', '1 GCM']);
    assert.deepEqual(await list(service, { DeviceType: 'APNS' }), ['1 APNS']);
    assert.deepEqual(await list(service, { PinpointAppArn: OTHER_APPLICATION }), ['1 APNS_SANDBOX']);
    assert.deepEqual(await list(service, { PinpointAppArn: OTHER_APPLICATION, DeviceType: 'APNS' }), []);
    assert.deepEqual(await list(service, { PinpointAppArn: APPLICATION.slice(0, -1) }), []);
    assert.equal((await list(service, { StartTime: begun, EndTime: later })).length, 3);
    assert.deepEqual(await list(service, { StartTime: later }), []);
    assert.deepEqual(await list(service, { EndTime: begun }), []);
    assert.deepEqual(await list(service, { Status: 'undelivered' }), []);
    const refused = { status: 'rejected', reason: 'BadDeviceToken' } as const;
    await settle(service, { PinpointAppArn: OTHER_APPLICATION }, refused);
    assert.deepEqual(await list(service, { Status: 'undelivered' }), ['1 APNS_SANDBOX']);
    assert.deepEqual(await list(service, { Reason: 'BadDeviceToken' }), ['1 APNS_SANDBOX']);
    assert.deepEqual(await list(service, { Reason: 'Unregistered' }), []);
  });

  test('refuses filters together with a contact, and a range that ends before it starts', async () => {
    await using service = await openService();
    const at = '2026-11-22T19:00:00.000Z';
    await assert.rejects(
      list(service, { ContactId: 'contact-1', Status: 'queued', StartTime: at }),
      /^ServiceError: 2 validation errors detected: .*'\/Status'.*together with ContactId.*'\/StartTime'|2 validation errors detected/,
    );
    await assert.rejects(
      list(service, { StartTime: at, EndTime: at }),
      /'\/EndTime'.* must be later than StartTime/,
    );
  });

  test('fills pages even if one store call does not find enough', async () => {
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ DeviceType: 'GCM' }));
    await say(service, 'rare');
    await settle(service, {}, { status: 'queued', dueInMs: MINUTE, reason: 'device-busy' });
    for (let batch = 0; batch < 8; batch++) {
      service.clock.advance(1);
      const Events = Array.from({ length: 500 }, (_, n) => message({ Id: `${batch}-${n}` }));
      await service.call('PutChatEvents', { InstanceId: INSTANCE, Events });
    }
    assert.deepEqual(await list(service, { Reason: 'device-busy' }), ['rare GCM']);
    const seen = new Set<string>();
    let NextToken: string | undefined;
    do {
      const page = await service.call('ListDeliveries', {
        InstanceId: INSTANCE,
        MaxResults: 100,
        NextToken,
      });
      assert.ok(page.Deliveries.length <= 100);
      for (const { DeliveryId } of page.Deliveries) seen.add(DeliveryId);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    assert.equal(seen.size, 4_001);
  });
});

describe('GetDeliveryCounts', () => {
  test('counts each minute, oldest first, with its deliveries that are undelivered so far', async () => {
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create());
    await say(service, '1');
    service.clock.advance(MINUTE);
    await say(service, '2');
    service.clock.advance(1);
    await say(service, '3');
    const third = new Date(service.clock.now()).toISOString();
    const counts = async (more: object = {}) => {
      const { Counts } = await service.call('GetDeliveryCounts', { InstanceId: INSTANCE, ...more });
      return Counts.map(({ Started, Undelivered }) => [Started, Undelivered]);
    };
    assert.equal((await counts()).length, 60);
    assert.deepEqual(await counts({ Minutes: 3 }), [
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    await settle(
      service,
      { EndTime: new Date(service.clock.now() - 1).toISOString() },
      { status: 'expired' },
    );
    assert.deepEqual((await counts({ Minutes: 3 }))[1], [1, 1]);
    service.clock.advance(10 * MINUTE);
    const old = await counts({ Minutes: 12 });
    assert.deepEqual(old.slice(0, 2), [
      [1, 1],
      [2, 0],
    ]);
    // The starts of a past minute are cached; its failures are counted again.
    await settle(service, { StartTime: third }, { status: 'expired' });
    assert.deepEqual((await counts({ Minutes: 12 })).slice(0, 2), [
      [1, 1],
      [2, 1],
    ]);
    const EndTime = new Date(service.clock.now() - 10 * MINUTE).toISOString();
    assert.deepEqual(await counts({ Minutes: 1, EndTime }), [[2, 1]]);
    const { Counts } = await service.call('GetDeliveryCounts', { InstanceId: INSTANCE, Minutes: 1, EndTime });
    assert.equal(Date.parse(Counts[0]!.At) % MINUTE, 0);
    assert.ok(Date.parse(EndTime) - Date.parse(Counts[0]!.At) < MINUTE);
  });
});
