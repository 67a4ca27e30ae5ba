// A session has exactly the permissions of its key. Phones and faults exist only if something is emulated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN, ARN, READER, errorOf, registrationsOf, startSigning } from './sign-in.ts';

const TOKEN = 'ab'.repeat(32);

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

test('a stream of events ends soon after its session', { timeout: 20_000 }, async (t) => {
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
