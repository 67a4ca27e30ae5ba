// A contact with a damaged document blocks only its own events. Regression: it failed whole batches, and every delivery in the
// same claim. Nothing of it is lost, because its events are not answered with 2xx.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UnreadableContactError } from '../../src/store/stored-contact.ts';
import { DAY, INSTANCE, chatEnded, create, message, openService } from './harness.ts';

type Service = Awaited<ReturnType<typeof openService>>;

const put = (service: Service, ...Events: ReturnType<typeof message>[]) =>
  service.call('PutChatEvents', { InstanceId: INSTANCE, Events });

/** Writes an invalid document; returns the function that restores it. */
async function damage(service: Service, contactId: string, spoil: (body: string) => string) {
  const key = { instanceId: INSTANCE, contactId };
  const write = async (change: (body: string) => string) => {
    const [contact] = await service.store.contacts([key]);
    const body = change(contact!.body);
    assert.equal(await service.store.commit({ contact: { ...contact!, body } }), 'committed');
    return contact!.body;
  };
  const before = await write(spoil);
  return async () => void (await write(() => before));
}

const isRefusal =
  (...contactIds: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof UnreadableContactError, String(error));
    assert.equal(error.name, 'InternalServiceException');
    assert.deepEqual(
      error.contacts,
      contactIds.map((contactId) => ({ instanceId: INSTANCE, contactId })),
    );
    for (const contactId of contactIds) assert.match(error.message, new RegExp(`\\b${contactId}\\b`));
    return true;
  };

const DAMAGES: [string, (body: string) => string][] = [
  ['cut off', (body) => body.slice(0, body.length / 2)],
  ['not ours', () => '{"hello":"world"}'],
  ['with an invalid registration', (body) => body.replace(/"registrations":\[/, '$&null,')],
  ['edited by hand, a flag', (body) => body.replace('"includeRawMessage":false', '"includeRawMessage":"no"')],
  ['edited by hand, a time', (body) => body.replace(/"createdAt":\d+/, '"createdAt":"2026-11-22"')],
];

describe('a contact that cannot be read', () => {
  for (const [how, spoil] of DAMAGES)
    test(`because it is ${how} refuses the batch by its name, after the events of other contacts were accepted`, async () => {
      await using service = await openService();
      for (const contactId of ['good', 'bad', 'fine'])
        await service.call('CreatePushNotificationRegistration', create({ contactId }));
      const repair = await damage(service, 'bad', spoil);
      const events = ['good', 'bad', 'fine'].map((ContactId) =>
        message({ Id: `to ${ContactId}`, ContactId }),
      );
      await assert.rejects(put(service, ...events), isRefusal('bad'));
      assert.deepEqual(
        service.leased.map(({ contactId }) => contactId),
        ['good', 'fine'],
      );
      // A repeat gets the same answer without duplicates; after the repair, everything is accepted.
      await assert.rejects(put(service, ...events), isRefusal('bad'));
      await repair();
      const { Results } = await put(service, ...events);
      assert.deepEqual(
        Results.map(({ Id, Deliveries, Reason }) => [Id, Deliveries, Reason]),
        [
          ['to good', 1, 'duplicate'],
          ['to bad', 1, undefined],
          ['to fine', 1, 'duplicate'],
        ],
      );
    });

  test('refuses events under its other ids, and ends, which would be lost', async () => {
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'bad' }));
    await put(service, message({ Id: '1', ContactId: 'later', InitialContactId: 'bad' }));
    await damage(service, 'bad', () => 'nonsense');
    const refused = isRefusal('bad');
    await assert.rejects(put(service, message({ Id: '2', ContactId: 'later' })), refused);
    await assert.rejects(
      put(service, message({ Id: '2', ContactId: 'other', InitialContactId: 'bad' })),
      refused,
    );
    await assert.rejects(put(service, chatEnded({ ContactId: 'later' })), refused);
  });

  test('accepts events that can never push, and refuses those that might', async () => {
    // Regression: a caller that repeats a batch until it is accepted, to keep the order of a chat, was blocked forever by the
    // customer's own messages and by typing events.
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'bad' }));
    await put(service, message({ Id: 'before', ContactId: 'bad' }));
    const repair = await damage(service, 'bad', () => 'nonsense');
    const silent = [
      message({ Id: 'own', ContactId: 'bad', ParticipantRole: 'CUSTOMER' }),
      message({ Id: 'hidden', ContactId: 'bad', MessageVisibility: 'AGENT' }),
      message({
        Id: 'typing',
        ContactId: 'bad',
        Type: 'EVENT',
        ContentType: 'application/vnd.amazonaws.connect.event.typing',
      }),
      message({
        Id: 'late',
        ContactId: 'bad',
        AbsoluteTime: new Date(service.clock.now() - 30 * DAY).toISOString(),
      }),
    ];
    const { Results } = await put(service, ...silent);
    assert.deepEqual(
      Results.map(({ Id, Reason }) => [Id, Reason]),
      [
        ['own', 'own-message'],
        ['hidden', 'not-visible-to-customer'],
        ['typing', 'not-a-message'],
        ['late', 'expired'],
      ],
    );
    const event = message({ Id: 'after', ContactId: 'bad' });
    await assert.rejects(put(service, ...silent, event), isRefusal('bad'));
    await repair();
    const [repaired] = (await put(service, event)).Results;
    assert.deepEqual([repaired?.Deliveries, repaired?.Reason], [1, undefined]);
  });

  test('still has a delivery log, under each of its ids', async () => {
    // Regression: the log was refused like the contact, which hid why its deliveries wait.
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'bad' }));
    await put(service, message({ Id: '1', ContactId: 'later', InitialContactId: 'bad' }));
    await damage(service, 'bad', () => 'nonsense');
    for (const ContactId of ['bad', 'later']) {
      const { Deliveries } = await service.call('ListDeliveries', { InstanceId: INSTANCE, ContactId });
      assert.deepEqual(
        Deliveries.map(({ MessageId, Status }) => [MessageId, Status]),
        [['1', 'queued']],
        ContactId,
      );
    }
    // It may have been another id of the chat, whose log is then not found, so the answer must not be "there is nothing".
    await damage(service, 'later', () => 'nonsense');
    await assert.rejects(
      service.call('ListDeliveries', { InstanceId: INSTANCE, ContactId: 'later' }),
      isRefusal('later'),
    );
  });

  test('is named to callers that register, delete or list, without quoting its content', async () => {
    await using service = await openService();
    const input = create({ contactId: 'bad', DeviceToken: 'a-secret-token' });
    const { RegistrationId } = await service.call('CreatePushNotificationRegistration', input);
    // A parser's error quotes its input.
    await damage(service, 'bad', () => 'a-secret-token');
    const key = { InstanceId: INSTANCE, ContactId: 'bad' };
    for (const call of [
      () => service.call('CreatePushNotificationRegistration', input),
      () => service.call('DeletePushNotificationRegistration', { ...key, RegistrationId }),
      () => service.call('ListPushNotificationRegistrations', key),
    ])
      await assert.rejects(call, (error: Error) => {
        assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /secret/);
        return isRefusal('bad')(error);
      });
  });

  test('beside many others is one of five that the sentence names, and none is left out of the error', async () => {
    await using service = await openService();
    const ids = Array.from({ length: 7 }, (_, n) => `bad-${n}`);
    for (const contactId of ids) {
      await service.call('CreatePushNotificationRegistration', create({ contactId }));
      await damage(service, contactId, () => 'nonsense');
    }
    await assert.rejects(
      put(service, ...ids.map((id) => message({ Id: id, ContactId: id }))),
      (error: Error) => {
        assert.ok(error instanceof UnreadableContactError);
        assert.equal(error.contacts.length, 7);
        assert.match(error.message, /bad-0, bad-1, bad-2, bad-3, bad-4 and 2 others cannot be read/);
        return true;
      },
    );
  });
});
