// Promise: calls are safe to repeat.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, INSTANCE, create, openService } from './harness.ts';
import type { Call } from './harness.ts';

const OPERATION = 'CreatePushNotificationRegistration';

const listed = async (call: Call, contactId = 'contact-1') =>
  (await call('ListPushNotificationRegistrations', { InstanceId: INSTANCE, ContactId: contactId }))
    .Registrations;

const remove = (call: Call, registrationId: string, contactId = 'contact-1') =>
  call('DeletePushNotificationRegistration', {
    InstanceId: INSTANCE,
    ContactId: contactId,
    RegistrationId: registrationId,
  });

test('50 identical concurrent calls give one id and one registration', async () => {
  await using service = await openService();
  const calls = Array.from({ length: 50 }, () => service.call(OPERATION, create({ ClientToken: 't' })));
  const ids = new Set((await Promise.all(calls)).map((answer) => answer.RegistrationId));
  assert.equal(ids.size, 1);
  assert.deepEqual(
    (await listed(service.call)).map((one) => one.RegistrationId),
    [...ids],
  );
});

test('50 identical calls without a token still make one registration', async () => {
  await using service = await openService();
  const calls = Array.from({ length: 50 }, () => service.call(OPERATION, create()));
  assert.equal(new Set((await Promise.all(calls)).map((answer) => answer.RegistrationId)).size, 1);
});

const others: [string, ReturnType<typeof create>][] = [
  ['another device token', create({ DeviceToken: 'device-2' })],
  ['another device type', create({ DeviceType: 'APNS' })],
  [
    'another application',
    create({ PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/app-2' }),
  ],
  ['another contact', create({ contactId: 'contact-2' })],
  ['another flag', create({ raw: true })],
];
for (const [name, other] of others)
  test(`a token used before is refused with ${name}, and nothing changes`, async () => {
    await using service = await openService();
    await service.call(OPERATION, create({ ClientToken: 't' }));
    const before = await listed(service.call);
    await assert.rejects(service.call(OPERATION, { ...other, ClientToken: 't' }), {
      name: 'InvalidParameterException',
      message: /ClientToken was used before/,
    });
    assert.deepEqual(await listed(service.call), before);
    await assert.rejects(listed(service.call, 'contact-2'), { name: 'ResourceNotFoundException' });
  });

test('explicit defaults are the same parameters', async () => {
  await using service = await openService();
  const plain = await service.call(OPERATION, create({ ClientToken: 't' }));
  const spelled = create({ ClientToken: 't' });
  spelled.ContactConfiguration = {
    IncludeRawMessage: false,
    ParticipantRole: 'CUSTOMER',
    ContactId: 'contact-1',
  };
  assert.deepEqual(await service.call(OPERATION, spelled), plain);
});

test('an empty token counts as absent', async () => {
  await using service = await openService();
  await service.call(OPERATION, create({ ClientToken: '' }));
  await service.call(OPERATION, create({ ClientToken: '', DeviceToken: 'device-2' }));
  assert.equal((await listed(service.call)).length, 2);
});

test('a token is scoped to its instance', async () => {
  await using service = await openService();
  const one = await service.call(OPERATION, create({ ClientToken: 't' }));
  const two = await service.call(OPERATION, create({ ClientToken: 't', InstanceId: 'instance-2' }));
  assert.notEqual(two.RegistrationId, one.RegistrationId);
});

test('after a delete a late repeat returns the old id and restores nothing', async () => {
  await using service = await openService();
  const first = await service.call(OPERATION, create({ ClientToken: 't' }));
  await remove(service.call, first.RegistrationId);
  assert.deepEqual(await service.call(OPERATION, create({ ClientToken: 't' })), first);
  assert.deepEqual(await listed(service.call), []);
});

test('a known token is answered before status, quota and application are checked: after the end of the contact, for exactly 7 days', async () => {
  await using service = await openService({ settings: { registrations: 1 } });
  const first = await service.call(OPERATION, create({ ClientToken: 't' }));
  await service.call('StopContact', { InstanceId: INSTANCE, ContactId: 'contact-1' });
  service.clock.advance(7 * DAY - 1);
  assert.deepEqual(await service.call(OPERATION, create({ ClientToken: 't' })), first);
  service.clock.advance(1);
  await assert.rejects(service.call(OPERATION, create({ ClientToken: 't' })), {
    name: 'ResourceNotFoundException',
  });
});

test('after a refused call its token can be reused', async () => {
  await using service = await openService({ settings: { registrations: 1 } });
  const first = await service.call(OPERATION, create({ ClientToken: 'a' }));
  const second = create({ ClientToken: 'b', DeviceToken: 'device-2' });
  await assert.rejects(service.call(OPERATION, second), { name: 'ServiceQuotaExceededException' });
  await remove(service.call, first.RegistrationId);
  const accepted = await service.call(OPERATION, second);
  assert.deepEqual(await service.call(OPERATION, second), accepted);
  // With other parameters, too: nothing of the refused call was stored.
  await assert.rejects(service.call(OPERATION, create({ ClientToken: 'c', DeviceToken: 'device-3' })), {
    name: 'ServiceQuotaExceededException',
  });
  await remove(service.call, accepted.RegistrationId);
  await service.call(OPERATION, create({ ClientToken: 'c', DeviceToken: 'device-4' }));
});

test('two tokens for one device: one registration, which each token still returns after the delete', async () => {
  await using service = await openService();
  const a = await service.call(OPERATION, create({ ClientToken: 'a' }));
  const b = await service.call(OPERATION, create({ ClientToken: 'b' }));
  assert.deepEqual(b, a);
  await remove(service.call, a.RegistrationId);
  for (const token of ['a', 'b'])
    assert.deepEqual(await service.call(OPERATION, create({ ClientToken: token })), a);
  assert.deepEqual(await listed(service.call), []);
  const c = await service.call(OPERATION, create({ ClientToken: 'c' }));
  assert.notEqual(c.RegistrationId, a.RegistrationId);
  assert.equal((await listed(service.call)).length, 1);
});

test('a repeat does not change the time of registration, a new token does', async () => {
  await using service = await openService();
  const { RegistrationId } = await service.call(OPERATION, create({ ClientToken: 'a' }));
  const registeredAt = async () => {
    const [contact] = await service.store.contacts([{ instanceId: INSTANCE, contactId: 'contact-1' }]);
    const { registrations } = JSON.parse(contact!.body) as {
      registrations: { registrationId: string; registeredAt: number }[];
    };
    return registrations.find((one) => one.registrationId === RegistrationId)!.registeredAt;
  };
  const first = await registeredAt();
  service.clock.advance(1_000);
  await service.call(OPERATION, create({ ClientToken: 'a' }));
  assert.equal(await registeredAt(), first);
  await service.call(OPERATION, create({ ClientToken: 'b' }));
  assert.equal(await registeredAt(), first + 1_000);
});

test('starting a chat again with the same token gives the same contact, participant and token', async () => {
  await using service = await openService();
  const input = {
    InstanceId: INSTANCE,
    ContactFlowId: 'flow',
    ParticipantDetails: { DisplayName: 'Jane' },
    ClientToken: 't',
  };
  const [one, two] = await Promise.all([
    service.call('StartChatContact', input),
    service.call('StartChatContact', input),
  ]);
  service.clock.advance(DAY);
  assert.deepEqual(two, one);
  assert.deepEqual(await service.call('StartChatContact', { ...input, ChatDurationInMinutes: 1_500 }), one);
  await assert.rejects(
    service.call('StartChatContact', { ...input, ParticipantDetails: { DisplayName: 'Joe' } }),
    { name: 'InvalidParameterException' },
  );
  const other = await service.call('StartChatContact', { ...input, ClientToken: undefined });
  assert.notEqual(other.ContactId, one.ContactId);
});
