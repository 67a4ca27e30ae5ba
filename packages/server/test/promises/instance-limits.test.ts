// The limits of one instance on a node, independent of the keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpServer } from '../../src/http/server.ts';
import { call, isRefusal } from '../http/recording-server.ts';
import { INSTANCE, application, iphone, startSystem } from './system.ts';

const key = { id: 'test', secret: 'test' };

const eventsOf = (instance: string, count: number) => ({
  method: 'PUT',
  target: `/chat-events/${instance}`,
  key,
  body: JSON.stringify({
    Events: Array.from({ length: count }, (_, index) => ({
      Id: `e-${index}`,
      ContactId: 'contact',
      Type: 'MESSAGE',
      ContentType: 'text/plain',
      Content: 'Hello',
      ParticipantRole: 'AGENT',
    })),
  }),
});

const PLENTY = {
  callsPerSecond: 1_000,
  eventsPerSecond: 1_000,
  deliveriesWaiting: 1_000,
  registrations: 1_000,
};

async function startLimited(perInstance: Partial<typeof PLENTY>) {
  const limits = { requestsPerSecond: 1_000, burst: 1_000, perInstance: { ...PLENTY, ...perInstance } };
  const system = await startSystem({ config: { limits, instances: [INSTANCE] } });
  const { url } = system.service;
  const server = { port: Number(new URL(url).port) } as HttpServer;
  return {
    system,
    call: (instance: string, count: number) => call(server, eventsOf(instance, count)),
    metrics: async () => (await (await fetch(new URL('/metrics', url))).text()).split('\n'),
    [Symbol.asyncDispose]: () => system.close(),
  };
}

test('calls above the rate of an instance are refused with the limit and its setting, and another instance is unaffected', async () => {
  await using limited = await startLimited({ callsPerSecond: 1, eventsPerSecond: 1_000 });
  for (let calls = 0; calls < 2; calls++) assert.equal((await limited.call(INSTANCE, 1)).status, 200);
  const refused = await limited.call(INSTANCE, 1);
  assert.equal(isRefusal(refused, 'ThrottlingException'), undefined);
  assert.match(refused.body, /limits\.perInstance\.callsPerSecond is 1 in the settings/);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal((await limited.call('another', 1)).status, 200);
  const metrics = await limited.metrics();
  for (const line of [
    `chatpush_instance_used_total{limit="callsPerSecond",instance="${INSTANCE}"} 2`,
    'chatpush_instance_used_total{limit="callsPerSecond",instance="others"} 1',
    'chatpush_instance_allowed_per_second{limit="callsPerSecond"} 1',
  ])
    assert.ok(metrics.includes(line), line);
});

test('a call with chat events above the rate of an instance is refused as a whole', async () => {
  await using limited = await startLimited({ callsPerSecond: 1_000, eventsPerSecond: 100 });
  assert.equal((await limited.call(INSTANCE, 500)).status, 200);
  const refused = await limited.call(INSTANCE, 100);
  assert.equal(isRefusal(refused, 'ThrottlingException'), undefined);
  assert.match(refused.body, /limits\.perInstance\.eventsPerSecond is 100 in the settings/);
  assert.equal(refused.headers.get('retry-after'), '1');
  const metrics = await limited.metrics();
  assert.ok(
    metrics.includes(`chatpush_instance_used_total{limit="eventsPerSecond",instance="${INSTANCE}"} 500`),
  );
});

test('while too many deliveries of an instance wait, its events are refused with the limit and its setting, and accepted later', async () => {
  await using limited = await startLimited({ deliveriesWaiting: 100 });
  const { system } = limited;
  for (const contact of ['contact', 'other']) await system.register(contact, iphone(contact));
  await system.client.createPushNotificationRegistration({
    instanceId: 'another',
    pinpointAppArn: application('another'),
    deviceType: 'GCM',
    deviceToken: 'android:another',
    contactConfiguration: { contactId: 'contact' },
  });
  system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503 }]);
  assert.equal((await limited.call(INSTANCE, 150)).status, 200);
  const refused = await until(async () => {
    const { status, body, headers } = await limited.call(INSTANCE, 1);
    return status === 200 ? undefined : { status, body, headers };
  });
  assert.equal(isRefusal(refused, 'ThrottlingException'), undefined);
  assert.match(
    refused.body,
    /^\{.*About \d+ deliveries of this instance are waiting: limits\.perInstance\.deliveriesWaiting is 100 in the settings/,
  );
  assert.equal(refused.headers.get('retry-after'), '5');
  assert.equal((await limited.call('another', 1)).status, 200, 'nobody else is refused');
  const metrics = await limited.metrics();
  assert.ok(metrics.includes('chatpush_instance_allowed{limit="deliveriesWaiting"} 100'));
  const kept = metrics.find((line) => line.startsWith('chatpush_instance_kept{limit="deliveriesWaiting"'));
  assert.ok(Number(kept?.split(' ')[1]) >= 100, String(kept));

  system.emulator.faults.clear();
  await until(async () => ((await limited.call(INSTANCE, 1)).status === 200 ? true : undefined));
  const phone = system.emulator.phone(iphone('contact'));
  await until(async () => (phone.notifications.length >= 150 ? true : undefined));
});

test('a registration above the limit of an instance is refused, but not for a known device or another instance', async () => {
  await using limited = await startLimited({ registrations: 2 });
  const { system } = limited;
  const first = await system.register('one', iphone('one'));
  await system.register('two', iphone('two'));
  // Counted once a second.
  const refusal = await until(async () => {
    const contactId = `contact-${Math.random()}`;
    const made = await system
      .register(contactId, iphone(contactId.slice(-20)))
      .catch((error: Error) => error);
    return made instanceof Error ? made : undefined;
  });
  assert.equal(refusal.name, 'ServiceQuotaExceededException');
  assert.match(
    refusal.message,
    /has \d+ registrations: limits\.perInstance\.registrations is 2 in the settings/,
  );
  assert.equal(
    await system.register('one', iphone('one')),
    first,
    'a device that is known is registered again',
  );
  const metrics = await limited.metrics();
  const kept = metrics.find((line) => line.startsWith('chatpush_instance_kept{limit="registrations"'));
  assert.ok(Number(kept?.split(' ')[1]) >= 2, String(kept));
});

/** Retries for up to a minute until there is an answer. */
async function until<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error('nothing came of it within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
