// Every kind of channel failure is reported immediately: a log line, a metric, and the reason in the delivery log.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import type { Emulator, FaultRule } from '@chatpush/emulator';
import { why } from '../../src/cli/why.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { ARN } from '../config/settings-folder.ts';
import { channelsAt, settingsWith, strictEmulator } from '../doctor/accounts.ts';
import { startConnectProxy } from '../doctor/connect-proxy.ts';
import { iphone } from './system.ts';

const OTHER_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

type Channels = ReturnType<typeof channelsAt>;

interface Way {
  readonly channel: 'APNS' | 'GCM';
  readonly settings: (at: Channels, t: TestContext) => object | Promise<object>;
  readonly proxy?: (t: TestContext) => Promise<string>;
  readonly faults?: readonly FaultRule[];
  readonly cause: string;
  readonly answer: RegExp;
  /** The time from the call to the first refused push; the rest is the service's own. */
  readonly refusedAfterMs?: number;
}

const WAYS: Readonly<Record<string, Way>> = {
  'APNs refuses the key': {
    channel: 'APNS',
    settings: (at) => at.apns({ keyId: 'REVOKED001' }),
    cause: 'credential',
    answer: /403 InvalidProviderToken/,
  },
  'Google refuses the key of the service account': {
    channel: 'GCM',
    settings: (at) => at.fcm({}, { private_key: OTHER_KEY }),
    cause: 'credential',
    answer: /invalid_grant|Invalid JWT/i,
  },
  'FCM answers 403': {
    channel: 'GCM',
    settings: (at) => at.fcm(),
    faults: [{ gateway: 'fcm', fault: 'http', status: 403 }],
    cause: 'credential',
    answer: /403/,
  },
  'the name cannot be looked up': {
    channel: 'APNS',
    settings: (at) => at.apns({ url: 'https://gateway.invalid' }),
    cause: 'connection',
    answer: /ENOTFOUND|EAI_AGAIN/,
  },
  'the port is closed': {
    channel: 'APNS',
    settings: async (at) => at.apns({ url: `https://127.0.0.1:${await closedPort()}` }),
    cause: 'connection',
    answer: /ECONNREFUSED/,
  },
  'the certificate is not trusted': {
    channel: 'APNS',
    settings: (at) => at.apns({ ca: undefined }),
    cause: 'connection',
    answer: /SELF_SIGNED|UNABLE/,
  },
  'APNs answers 503': {
    channel: 'APNS',
    settings: (at) => at.apns(),
    faults: [{ gateway: 'apns', fault: 'http', status: 503 }],
    cause: 'gateway',
    answer: /503/,
  },
  'APNs answers nothing': {
    channel: 'APNS',
    settings: (at) => at.apns(),
    faults: [{ gateway: 'apns', fault: 'black-hole' }],
    cause: 'gateway',
    answer: /no answer|10 s|took too long|time/i,
    refusedAfterMs: 10_000,
  },
  'the proxy refuses': {
    channel: 'APNS',
    settings: (at) => at.apns(),
    proxy: async (t) => (await startConnectProxy(t, { status: 403 })).url,
    cause: 'connection',
    answer: /PROXY_403/,
  },
};

/** Generous for a busy machine: the test shows that nothing waits for a sweep. */
const SEEN_WITHIN_MS = 2_000;
/** A breaker needs ten answers to open. */
const PUSHES = 12;
const NOT_REPEATED_MS = 3_000;

for (const [name, way] of Object.entries(WAYS))
  test(`${name}: reported once, within two seconds`, { timeout: 60_000 }, async (t) => {
    const { service, environment, closings } = await start(t, await strictEmulator(t), way);
    const { client, instanceId } = service;
    await client.createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: ARN,
      deviceType: way.channel,
      deviceToken: way.channel === 'APNS' ? iphone('outage') : 'android',
      contactConfiguration: { contactId: 'chat', includeRawMessage: true },
    });
    const told = Date.now();
    await client.putChatEvents({
      instanceId,
      events: Array.from({ length: PUSHES }, (_, n) => ({
        id: `m${n}`,
        contactId: 'chat',
        type: 'MESSAGE' as const,
        content: 'Hello',
        participantRole: 'AGENT' as const,
      })),
    });
    const { line, at } = await closings.first;
    const seenAfterMs = at - told - (way.refusedAfterMs ?? 0);
    assert.ok(seenAfterMs < SEEN_WITHIN_MS, `told after ${seenAfterMs} ms`);
    assert.equal(line['applicationArn'], ARN);
    assert.equal(line['channel'], way.channel);
    assert.equal(line['cause'], way.cause);
    assert.match(String(line['answer']), way.answer);
    assert.ok(Number(line['waiting']) > 0, 'how many wait');

    // Queried now, not after a sweep.
    const { deliveries } = await client.listDeliveries({ instanceId, contactId: 'chat' });
    for (const { status, reason, detail } of deliveries) {
      assert.equal(status, 'queued');
      assert.equal(reason, way.cause === 'connection' ? 'gateway-unreachable' : 'breaker-open');
      assert.match(String(detail), way.answer);
    }
    let said = '';
    await why(['chat', '--endpoint', service.url], environment, (text) => {
      said += text;
    });
    assert.match(said, way.answer);
    const ready = await fetch(`${service.url}/readyz?verbose`);
    const { channels } = (await ready.json()) as { channels: Record<string, string> };
    assert.equal(ready.status, 200, 'a gateway that fails makes no node unready');
    assert.match(channels[`${ARN} ${way.channel}`]!, /, closed since \d{4}-/);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(
      metrics,
      new RegExp(
        `^chatpush_channel_closed\\{application="${ARN}",channel="${way.channel}",cause="${way.cause}"\\} 1$`,
        'm',
      ),
    );
    assert.match(metrics, /^chatpush_gateway_closed\{gateway="[^"]+"\} 1$/m);
    if (way.cause === 'connection')
      assert.match(
        metrics,
        /^chatpush_gateway_connect_failures_total\{gateway="[^"]+",about="connection"\} [1-9]/m,
      );

    await new Promise((resolve) => setTimeout(resolve, NOT_REPEATED_MS));
    assert.equal(closings.count(), 1, 'and not again within a minute');
  });

test('when the gateway has recovered, exactly one line says so', { timeout: 60_000 }, async (t) => {
  const emulator = await strictEmulator(t);
  const { service, closings, opened } = await start(t, emulator, WAYS['APNs answers 503']!);
  const { client, instanceId } = service;
  await client.createPushNotificationRegistration({
    instanceId,
    pinpointAppArn: ARN,
    deviceType: 'APNS',
    deviceToken: iphone('again'),
    contactConfiguration: { contactId: 'chat', includeRawMessage: true },
  });
  await client.putChatEvents({
    instanceId,
    events: Array.from({ length: PUSHES }, (_, n) => ({
      id: `m${n}`,
      contactId: 'chat',
      type: 'MESSAGE' as const,
      content: 'Hello',
      participantRole: 'AGENT' as const,
    })),
  });
  await closings.first;
  emulator.faults.clear();
  const { line } = await opened;
  assert.deepEqual([line['applicationArn'], line['channel']], [ARN, 'APNS']);
  await emulator.phone(iphone('again')).waitFor({ count: PUSHES, timeoutMs: 30_000 });
  const { deliveries } = await client.listDeliveries({ instanceId, contactId: 'chat' });
  assert.ok(deliveries.every(({ detail }) => detail === undefined));
});

type Line = Readonly<Record<string, unknown>>;

async function start(t: TestContext, emulator: Emulator, way: Way) {
  emulator.faults.set([...(way.faults ?? [])]);
  const proxy = await way.proxy?.(t);
  const settings = settingsWith(
    t,
    { [way.channel]: await way.settings(channelsAt(emulator), t) },
    proxy === undefined ? {} : { proxy },
  );
  const environment = {
    ...settings,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${settings.CHATPUSH_CONFIG}.db`,
  };
  const first = Promise.withResolvers<{ readonly line: Line; readonly at: number }>();
  const opened = Promise.withResolvers<{ readonly line: Line }>();
  let count = 0;
  const config = readConfig(environment);
  const running = await startService(config, {
    logStream: {
      write: (text) => {
        const line = JSON.parse(text) as Line;
        if (line['msg'] === 'the channel is open again') opened.resolve({ line });
        if (!String(line['msg']).startsWith('the channel is closed')) return;
        count++;
        first.resolve({ line, at: Date.now() });
      },
    },
  });
  t.after(() => running.stop());
  const [key] = config.accessKeys;
  const client = createClient({
    region: 'eu-central-1',
    endpoint: running.url,
    credentials: { accessKeyId: key!.id, secretAccessKey: key!.secret.reveal() },
  });
  return {
    service: { url: running.url, client, instanceId: config.instances[0]! },
    environment,
    closings: { first: first.promise, count: () => count },
    opened: opened.promise,
  };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
