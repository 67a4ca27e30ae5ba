// A session has exactly the permissions of its key. Phones and faults exist only if something is emulated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEM } from '../config/keys.ts';
import { KEY } from '../doctor/accounts.ts';
import { ADMIN, ARN, READER, errorOf, registrationsOf, startSigning } from './sign-in.ts';

const TOKEN = 'ab'.repeat(32);
/** May act on the deliveries of one instance. */
const ACTOR = {
  id: 'ACTOR',
  secret: 'the secret of the actor',
  instances: ['support'],
  actions: ['chatpush:List*', 'chatpush:ReplayDelivery', 'chatpush:WithdrawDelivery'],
};
/** A real channel whose gateway cannot be reached: its deliveries wait. */
const DEAF = {
  gateway: 'apns',
  topic: 'com.example.chat',
  ...KEY,
  privateKey: PEM.p8,
  url: 'https://127.0.0.1:1',
};

test('a reading key reads its own instance and changes nothing; no other instance exists for it', async (t) => {
  const { ask, signIn, client } = await startSigning(t);
  for (const instanceId of ['support', 'bank'])
    await client().createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: ARN,
      deviceType: 'APNS',
      deviceToken: TOKEN,
      contactConfiguration: { contactId: `chat of ${instanceId}`, includeRawMessage: true },
    });
  const headers = { cookie: await signIn(READER) };
  const read = async (instanceId: string, contactId = `chat of ${instanceId}`) => {
    const answer = await ask(registrationsOf(encodeURIComponent(contactId), instanceId), { headers });
    return [answer.status, (await answer.text()).replaceAll(instanceId, 'INSTANCE')];
  };
  const [status, text] = await read('support');
  assert.equal(status, 200);
  assert.ok(!String(text).includes(TOKEN), 'a device token is shown in part');
  // A resource that the key may not see is answered like one that does not exist.
  assert.deepEqual(await read('bank'), await read('nowhere'));
  assert.equal((await read('bank'))[0], 403);
  const event = { Id: 'e', ContactId: 'c', Type: 'MESSAGE', Content: 'x', ParticipantRole: 'AGENT' };
  for (const [method, path, body] of [
    ['PUT', '/chat-events/support', { Events: [event] }],
    ['POST', '/contact/stop', { InstanceId: 'support', ContactId: 'chat of support' }],
    ['GET', '/v1/apps', undefined],
  ] as const) {
    const answer = await ask(path, { method, body, headers });
    assert.equal(answer.status, 403, path);
    assert.match(errorOf(answer), /AccessDenied|Forbidden/);
  }
  const admin = { cookie: await signIn(ADMIN) };
  const put = await ask('/chat-events/support', { method: 'PUT', body: { Events: [event] }, headers: admin });
  assert.equal(put.status, 200);
});

test('a session replays and withdraws deliveries only if its key may, and only in its own instance', async (t) => {
  const { ask, signIn, client } = await startSigning(t, {
    accessKeys: [ADMIN, READER, ACTOR],
    applications: [{ arn: ARN, channels: { APNS: DEAF } }],
  });
  const waiting = new Map<string, string>();
  for (const instanceId of ['support', 'bank']) {
    const contactId = `chat of ${instanceId}`;
    await client().createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: ARN,
      deviceType: 'APNS',
      deviceToken: TOKEN,
      contactConfiguration: { contactId },
    });
    const event = { id: 'e', contactId, type: 'MESSAGE', participantRole: 'AGENT' } as const;
    await client().putChatEvents({ instanceId, events: [event] });
    const { deliveries } = await client().listDeliveries({ instanceId });
    waiting.set(instanceId, deliveries[0]!.deliveryId);
  }
  const act = async (operation: string, instanceId: string, cookie: string, site = 'same-origin') => {
    const answer = await ask(`/push-notification/${instanceId}/${operation}-delivery`, {
      method: 'POST',
      body: { DeliveryId: waiting.get(instanceId) },
      headers: { cookie, 'sec-fetch-site': site },
    });
    return { status: answer.status, text: (await answer.text()).replaceAll(instanceId, 'INSTANCE') };
  };
  const statusOf = async (instanceId: string) =>
    (await client().getDelivery({ instanceId, deliveryId: waiting.get(instanceId)! })).delivery.status;
  waiting.set('nowhere', waiting.get('bank')!);
  const [reader, actor] = [await signIn(READER), await signIn(ACTOR)];
  for (const operation of ['replay', 'withdraw']) {
    assert.equal((await act(operation, 'support', reader)).status, 403, operation);
    assert.equal((await act(operation, 'support', actor, 'cross-site')).status, 403, operation);
    // Another instance is answered like one that does not exist.
    assert.equal((await act(operation, 'bank', actor)).status, 403);
    assert.deepEqual(await act(operation, 'bank', actor), await act(operation, 'nowhere', actor));
  }
  assert.deepEqual([await statusOf('support'), await statusOf('bank')], ['queued', 'queued']);
  assert.equal((await act('replay', 'support', actor)).status, 200, 'it waits already');
  assert.equal((await act('withdraw', 'support', actor)).status, 200);
  assert.deepEqual([await statusOf('support'), await statusOf('bank')], ['withdrawn', 'queued']);
});

test('the state of a session tells the page its key and what it may read', async (t) => {
  const { ask, signIn } = await startSigning(t);
  const state = async (cookie: string) =>
    (await (await ask('/console/session', { headers: { cookie } })).json()) as Record<string, unknown>;
  const { session, ...rest } = await state(await signIn(READER));
  assert.deepEqual(rest, { service: true, phones: false });
  const { expiresAt, ...whose } = session as { expiresAt: string };
  assert.deepEqual(whose, { accessKeyId: 'READER', instances: ['support'] });
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 8 * 3_600_000) < 60_000);
  assert.equal((await state(await signIn(ADMIN)))['phones'], true);
});

test('phones and faults require an unrestricted key and something emulated', async (t) => {
  const { ask, signIn } = await startSigning(t);
  const phones = async (headers: Record<string, string>) =>
    (await ask('/emulator/phones', { headers })).status;
  const [admin, reader] = [await signIn(ADMIN), await signIn(READER)];
  assert.equal(await phones({ cookie: admin }), 200);
  assert.equal(await phones({ cookie: reader }), 404);
  assert.equal(await phones({}), 404);
  assert.equal(await phones({ cookie: admin, 'sec-fetch-site': 'cross-site' }), 404);
  const put = (cookie: string) =>
    ask('/emulator/faults', { method: 'PUT', body: { rules: [] }, headers: { cookie } });
  assert.deepEqual([(await put(admin)).status, (await put(reader)).status], [200, 404]);
});

test('without emulated channels there are no phones', async (t) => {
  const { ask, signIn } = await startSigning(t, { applications: [] });
  const headers = { cookie: await signIn(ADMIN) };
  for (const path of ['/emulator', '/emulator/phones', '/emulator/faults', '/emulator/events'])
    assert.equal((await ask(path, { headers })).status, 404, path);
});

test('a stream of events ends soon after its session', { timeout: 60_000 }, async (t) => {
  const { ask, signIn } = await startSigning(t);
  const headers = { cookie: await signIn(ADMIN) };
  const stream = await ask('/emulator/events', { headers });
  assert.equal(stream.status, 200);
  await ask('/console/sign-out', { method: 'POST', headers });
  await assert.rejects(stream.text());
});

test('a signature takes precedence over a session', async (t) => {
  const { service, signIn } = await startSigning(t);
  const cookie = await signIn(ADMIN);
  const answer = await fetch(service.url + registrationsOf('nobody'), {
    headers: { cookie, 'sec-fetch-site': 'same-origin', authorization: 'AWS4-HMAC-SHA256 nonsense' },
  });
  assert.equal(errorOf(answer), 'IncompleteSignatureException');
});
