// PutChatEvents: the result of an event, and that repeating it has no further effect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suspend } from '../../src/contact/suspension.ts';
import { parseWork } from '../../src/delivery/work.ts';
import {
  APPLICATION,
  DAY,
  HOUR,
  INSTANCE,
  NODE,
  chatEnded,
  create,
  message,
  openService,
} from './harness.ts';

type Service = Awaited<ReturnType<typeof openService>>;

const register = async (service: Service, changes: Parameters<typeof create>[0] = {}) =>
  (await service.call('CreatePushNotificationRegistration', create(changes))).RegistrationId;
const put = async (service: Service, ...events: ReturnType<typeof message>[]) =>
  (await service.call('PutChatEvents', { InstanceId: INSTANCE, Events: events })).Results.map(
    ({ Deliveries, Reason }) => (Reason === undefined ? Deliveries : `${Deliveries} ${Reason}`),
  );
const log = async (service: Service, contactId = 'contact-1') =>
  (await service.call('ListDeliveries', { InstanceId: INSTANCE, ContactId: contactId })).Deliveries;
const remove = (service: Service, RegistrationId: string) =>
  service.call('DeletePushNotificationRegistration', {
    InstanceId: INSTANCE,
    ContactId: 'contact-1',
    RegistrationId,
  });

describe('the result of an event', () => {
  test('each active registration gets a delivery, on disk and leased to this node', async () => {
    await using service = await openService();
    const ids = [await register(service), await register(service, { DeviceToken: 'device-2', raw: true })];
    assert.deepEqual(await put(service, message()), [2]);
    assert.deepEqual(service.leased.map((one) => one.registrationId).sort(), ids.sort());
    assert.deepEqual(
      (await log(service)).map((one) => one.Status),
      ['queued', 'queued'],
    );
    assert.equal(service.reservedInAll(), 0);
  });

  test('the payload has the keys of the samples, and the text only if requested', async () => {
    await using service = await openService();
    await register(service);
    await register(service, { DeviceToken: 'device-2', raw: true });
    await put(service, message({ Content: 'secret' }));
    const bodies = new Map(service.leased.map(({ work }) => [parseWork(work).deviceToken, parseWork(work)]));
    const data = {
      initialContactId: 'contact-1',
      messageId: 'message-1',
      messageType: 'MESSAGE',
      contentType: 'text/plain',
    };
    assert.deepEqual(bodies.get('device-1')?.body, 'You have a new message');
    assert.deepEqual(bodies.get('device-2')?.body, 'secret');
    for (const work of bodies.values()) {
      assert.deepEqual(work.data, data);
      assert.equal(work.title, '');
      assert.equal(work.expiresAt, service.clock.now() + 12 * HOUR);
    }
    const plain = service.leased.find(({ work }) => parseWork(work).deviceToken === 'device-1');
    assert.equal(plain?.work.includes('secret'), false);
  });

  test('an application can have its own text', async () => {
    await using service = await openService();
    await service.store.putSetting(
      'application',
      APPLICATION,
      0,
      '{"look":{"genericText":"Neue Nachricht"}}',
    );
    await register(service);
    await put(service, message());
    assert.equal(parseWork(service.leased[0]!.work).body, 'Neue Nachricht');
  });

  test('the reasons of a batch, event by event, in order', async () => {
    await using service = await openService();
    await register(service);
    await service.call('StartChatContact', {
      InstanceId: INSTANCE,
      ContactFlowId: 'flow',
      ParticipantDetails: { DisplayName: 'Jane' },
      ClientToken: 't',
    });
    const old = new Date(service.clock.now() - 12 * HOUR).toISOString();
    const results = await put(
      service,
      message({ Id: '1' }),
      message({ Id: '2', ParticipantRole: 'CUSTOMER' }),
      message({ Id: '3', MessageVisibility: 'AGENT' }),
      message({ Id: '4', Type: 'EVENT' }),
      message({ Id: '5', ContactId: 'nobody' }),
      message({ Id: '6', AbsoluteTime: old }),
      message({ Id: '1' }),
    );
    assert.deepEqual(results, [
      1,
      '0 own-message',
      '0 not-visible-to-customer',
      '0 not-a-message',
      '0 contact-unknown',
      '0 expired',
      '1 duplicate',
    ]);
    // Skipped messages are in the log, other events are not.
    assert.deepEqual(
      (await log(service))
        .map(({ MessageId, Status, Reason }) => `${MessageId} ${Status} ${Reason ?? ''}`)
        .sort(),
      ['1 queued ', '2 skipped own-message', '3 skipped not-visible-to-customer', '6 skipped expired'],
    );
    assert.deepEqual(
      (await log(service, 'nobody')).map((one) => one.Reason),
      ['contact-unknown'],
    );
  });

  test('a contact without devices, and one whose only device is suspended until its channel changes', async () => {
    let channel = 'topic A';
    const fingerprintOf = () => channel;
    await using service = await openService({ fingerprintOf });
    const { ContactId } = await service.call('StartChatContact', {
      InstanceId: INSTANCE,
      ContactFlowId: 'flow',
      ParticipantDetails: { DisplayName: 'Jane' },
    });
    assert.deepEqual(await put(service, message({ ContactId })), ['0 no-registration']);
    await register(service);
    const [contact] = await service.store.contacts([{ instanceId: INSTANCE, contactId: 'contact-1' }]);
    const { registrations } = JSON.parse(contact!.body) as { registrations: { registrationId: string }[] };
    const { registrationId } = registrations[0]!;
    await service.changes.change({
      key: { instanceId: INSTANCE, contactId: 'contact-1' },
      rule: (document, now) =>
        suspend(document, { registrationId, reason: '400 BadDeviceToken', askedAt: now }, fingerprintOf),
    });
    assert.deepEqual(await put(service, message()), ['0 suspended']);
    assert.equal((await log(service))[0]?.RegistrationId, registrationId);
    const listed = async () => {
      const input = { InstanceId: INSTANCE, ContactId: 'contact-1' };
      return (await service.call('ListPushNotificationRegistrations', input)).Registrations[0]?.Status;
    };
    assert.equal(await listed(), 'SUSPENDED');
    channel = 'topic B';
    assert.equal(await listed(), 'ACTIVE');
    // Skipped deliveries stay skipped; the next message is sent.
    assert.deepEqual(await put(service, message({ Id: 'message-2' })), [1]);
    channel = 'topic A';
    assert.equal(await listed(), 'SUSPENDED');
  });

  test('no event creates a contact', async () => {
    await using service = await openService();
    await put(service, message(), chatEnded());
    await assert.rejects(
      service.call('ListPushNotificationRegistrations', { InstanceId: INSTANCE, ContactId: 'contact-1' }),
      { name: 'ResourceNotFoundException' },
    );
  });

  test('with full memory a delivery is queued, its lane is woken, and a claim finds it', async () => {
    await using service = await openService({ room: 0 });
    await register(service);
    assert.deepEqual(await put(service, message()), [1]);
    assert.equal(service.leased.length, 0);
    const [lane] = service.queued;
    const claimed = await service.store.claim(NODE, new Map([[lane!, 10]]));
    assert.equal(parseWork(claimed[0]!.work).deviceToken, 'device-1');
  });
});

describe('one event, one delivery', () => {
  const settle = async (service: Service) => {
    const { id, day } = service.leased[0]!;
    const attempts = [{ at: service.clock.now(), outcome: 'accepted' as const, gateway: 'fcm' }];
    await service.store.settle(NODE, [{ id, day, attempts, to: { status: 'accepted' } }]);
  };
  const cases: [string, (service: Service, registrationId: string) => unknown][] = [
    ['at once', () => undefined],
    ['after it was settled', settle],
    ['across midnight', (service) => service.clock.advance(12 * HOUR)],
    [
      'after its device was deleted and registered again',
      async (service, registrationId) => {
        await remove(service, registrationId);
        assert.notEqual(await register(service), registrationId);
      },
    ],
    [
      'after its device moved to another application',
      (service) => register(service, { PinpointAppArn: `${APPLICATION}-2` }),
    ],
  ];
  for (const time of ['with', 'without'])
    for (const [name, between] of cases)
      test(`an event ${time} its own time, repeated ${name}, makes no second delivery`, async () => {
        await using service = await openService({ settings: { ttlMs: 2 * DAY } });
        const registrationId = await register(service);
        const AbsoluteTime = time === 'with' ? new Date(service.clock.now()).toISOString() : undefined;
        assert.deepEqual(await put(service, message({ AbsoluteTime })), [1]);
        await between(service, registrationId);
        assert.deepEqual(await put(service, message({ AbsoluteTime })), ['1 duplicate']);
        assert.equal((await log(service)).length, 1);
        assert.equal(service.leased.length, 1);
      });

  test('the same event by another id of the contact is the same event', async () => {
    await using service = await openService();
    await register(service);
    const transferred = message({ ContactId: 'contact-2', InitialContactId: 'contact-1' });
    assert.deepEqual(await put(service, message()), [1]);
    assert.deepEqual(await put(service, transferred), ['1 duplicate']);
    assert.deepEqual(await put(service, message({ ContactId: 'contact-2' })), ['1 duplicate']);
  });

  test('the same id in another contact or instance, or for another device, is another delivery', async () => {
    await using service = await openService();
    for (const DeviceToken of ['device-1', 'device-2']) await register(service, { DeviceToken });
    await register(service, { contactId: 'contact-2' });
    await register(service, { InstanceId: 'instance-2' });
    assert.deepEqual(await put(service, message(), message({ ContactId: 'contact-2' })), [2, 1]);
    await service.call('PutChatEvents', { InstanceId: 'instance-2', Events: [message()] });
    assert.equal(new Set(service.leased.map((one) => one.id)).size, 4);
  });
});

describe('contacts by several ids', () => {
  test('an event with both ids leaves an alias that calls and later events follow', async () => {
    await using service = await openService();
    await put(service, message({ ContactId: 'contact-2', InitialContactId: 'contact-1' }));
    const registrationId = await register(service, { contactId: 'contact-2' });
    assert.deepEqual(await put(service, message({ Id: 'm2' })), [1]);
    assert.deepEqual(await put(service, message({ Id: 'm3', ContactId: 'contact-2' })), [1]);
    const listed = await service.call('ListPushNotificationRegistrations', {
      InstanceId: INSTANCE,
      ContactId: 'contact-1',
    });
    assert.deepEqual(
      listed.Registrations.map((one) => one.RegistrationId),
      [registrationId],
    );
    await remove(service, registrationId);
    await service.call('StopContact', { InstanceId: INSTANCE, ContactId: 'contact-2' });
    assert.deepEqual(await put(service, message({ Id: 'm4', AbsoluteTime: '2026-11-22T12:00:03Z' })), [
      '0 contact-ended',
    ]);
  });

  test('a device registered on a later id before any event named the initial one gets one push', async () => {
    await using service = await openService();
    await register(service, { contactId: 'contact-2' });
    await register(service, { contactId: 'contact-2', DeviceToken: 'device-2' });
    await register(service, { contactId: 'contact-1' });
    assert.deepEqual(
      await put(service, message({ ContactId: 'contact-2', InitialContactId: 'contact-1' })),
      [2],
    );
    assert.deepEqual(service.leased.map((one) => one.contactId).sort(), ['contact-1', 'contact-2']);
  });

  // Regression: the initial contact id as given in the event was part of the delivery's identity, and the phone lit up twice.
  test('a device registered on a later id gets an event once, whether or not its source names the initial id', async () => {
    await using service = await openService();
    await register(service, { contactId: 'contact-2' });
    const alone = message({ ContactId: 'contact-2' });
    const both = message({ ContactId: 'contact-2', InitialContactId: 'contact-1' });
    assert.deepEqual(await put(service, alone), [1]);
    assert.deepEqual(await put(service, both), ['1 duplicate']);
    assert.deepEqual(await put(service, alone), ['1 duplicate']);
  });

  test('circular ids are refused and cause no endless loop', async () => {
    await using service = await openService();
    await service.changes.alias({ instanceId: INSTANCE, contactId: 'a' }, 'b');
    await service.changes.alias({ instanceId: INSTANCE, contactId: 'b' }, 'a');
    await assert.rejects(register(service, { contactId: 'a' }), { name: 'InvalidParameterException' });
    assert.deepEqual(await put(service, message({ ContactId: 'a' })), ['0 contact-unknown']);
  });
});

describe('the end of a chat', () => {
  test('earlier messages still push, in the same batch and after it, and later ones do not', async () => {
    await using service = await openService();
    await register(service);
    service.clock.advance(60_000);
    const at = (seconds: number) => new Date(service.clock.now() + seconds * 1_000).toISOString();
    const results = await put(
      service,
      chatEnded({ AbsoluteTime: at(-30) }),
      message({ Id: 'm1', AbsoluteTime: at(-31) }),
      message({ Id: 'm2', AbsoluteTime: at(-28) }),
      message({ Id: 'm3', AbsoluteTime: at(-27) }),
    );
    assert.deepEqual(results, ['0 not-a-message', 1, 1, '0 contact-ended']);
    assert.deepEqual(await put(service, message({ Id: 'm4', AbsoluteTime: at(-40) })), [1]);
    await assert.rejects(register(service, { DeviceToken: 'device-2' }), {
      name: 'ResourceNotFoundException',
    });
    service.clock.advance(5 * 60_000);
    assert.deepEqual(await put(service, message({ Id: 'm5', AbsoluteTime: at(-340) })), ['0 contact-ended']);
  });
});
