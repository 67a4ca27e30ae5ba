// The metrics that operators are told to watch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidParameterException } from '@chatpush/client';
import { createMetrics } from '../../src/observability/metrics.ts';
import { INSTANCE, iphone, startSystem } from './system.ts';

test('requests, chat events and attempts are counted, by operation, reason and outcome', async () => {
  const system = await startSystem();
  try {
    await system.register('contact', iphone('metrics'), { clientToken: 'once' });
    await assert.rejects(
      system.register('contact', iphone('another'), { clientToken: 'once' }),
      InvalidParameterException,
    );
    await system.say('contact', 'm1');
    await system.settled('contact', ([entry]) => entry?.status === 'accepted');
    await fetch(new URL(`/push-notification/${INSTANCE}/registrations`, system.service.url));
    const metrics = await (await fetch(new URL('/metrics', system.service.url))).text();
    const operation = 'operation="CreatePushNotificationRegistration"';
    for (const line of [
      `chatpush_requests_total{${operation},status="200"} 1`,
      `chatpush_requests_total{${operation},status="400"} 1`,
      'chatpush_requests_total{operation="PutChatEvents",status="200"} 1',
      'chatpush_requests_total{operation="ListPushNotificationRegistrations",status="403"} 1',
      'chatpush_chat_events_total{reason="none"} 1',
      'chatpush_attempts_total{gateway="apns (emulated)",outcome="accepted",reason=""} 1',
    ])
      assert.ok(metrics.split('\n').includes(line), `${line} is not in\n${metrics}`);
  } finally {
    await system.close();
  }
});

test('invented reasons of a gateway do not create unlimited labels', async () => {
  const metrics = createMetrics({ gateways: () => [], outages: () => [] });
  const reject = (reason: string): void =>
    metrics.attempt(
      'apns',
      { kind: 'rejected', verdict: 'message', answer: `400 ${reason}`, reason, ms: 1 },
      1,
    );
  for (let count = 0; count < 1_000; count++) reject(`made up ${count}`);
  for (const reason of ['BadDeviceToken', 'UNREGISTERED', 'PERMISSION_DENIED', '502']) reject(reason);
  const { body } = await metrics.read();
  const reasons = [...body.matchAll(/^chatpush_attempts_total\{.*reason="([^"]*)"\} (\d+)$/gm)];
  assert.deepEqual(
    reasons.map(([, reason, count]) => [reason, count]),
    [
      ['other', '1000'],
      ['BadDeviceToken', '1'],
      ['UNREGISTERED', '1'],
      ['PERMISSION_DENIED', '1'],
      ['502', '1'],
    ],
  );
});
