// A service examines its channels at start and shows where each leads.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import type { DeviceType } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { ACCESS_KEY, ARN } from '../config/settings-folder.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { PEM } from '../config/keys.ts';
import { channelsAt, settingsWith, strictEmulator } from './accounts.ts';

interface Line {
  readonly msg: string;
  readonly channel?: string;
  readonly [key: string]: unknown;
}

/** A service with these channels, and its log, which tests can wait for. */
async function start(t: TestContext, channels: object, more: Record<string, string> = {}) {
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const settings = settingsWith(t, channels);
  const environment = {
    ...settings,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${settings.CHATPUSH_CONFIG}.db`,
    ...more,
  };
  const service = await startService(readConfig(environment), {
    logStream: {
      write: (line) => {
        lines.push(JSON.parse(line) as Line);
        for (const look of waiting) look();
      },
    },
  });
  t.after(() => service.stop());
  const logged = (fits: (line: Line) => boolean): Promise<Line> =>
    new Promise((resolve) => {
      const look = (): void => {
        const line = lines.find(fits);
        if (!line) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
  return { service, logged };
}

const verboseOf = async (url: string): Promise<Record<string, string>> =>
  ((await (await fetch(`${url}/readyz?verbose`)).json()) as { channels: Record<string, string> }).channels;

test('the doctor’s findings are logged and shown only by /readyz?verbose and the page', async (t) => {
  const emulator = await strictEmulator(t);
  const at = channelsAt(emulator);
  const { service, logged } = await start(t, {
    APNS: at.apns(),
    APNS_SANDBOX: at.sandbox({ keyId: 'REVOKED001' }),
    GCM: { gateway: 'emulated' },
  });
  const good = await logged((line) => line.channel === 'APNS');
  const bad = await logged((line) => line.channel === 'APNS_SANDBOX');
  assert.equal(good.msg, 'channel examined: healthy');
  assert.equal(bad.msg, 'channel examined: broken');
  assert.match(String(bad['says']), /the key was revoked/);
  assert.match(String(bad['cure']), /compare keyId and teamId/);
  assert.deepEqual(await verboseOf(service.url), {
    [`${ARN} APNS`]: `at ${emulator.apns.url}, healthy`,
    [`${ARN} APNS_SANDBOX`]: `at ${emulator.apnsSandbox.url}, broken`,
    [`${ARN} GCM`]: 'EMULATED',
  });
  const page = await (await fetch(service.url, { headers: { accept: 'text/html' } })).text();
  assert.match(page, new RegExp(`${ARN} GCM</th><td>EMULATED</td>`));
  const plain = await (await fetch(`${service.url}/readyz`)).json();
  assert.deepEqual(Object.keys(plain as object), ['ready', 'checks']);
  assert.match(service.greeting, new RegExp(`APNS_SANDBOX +${ARN}: at https://`));
  assert.match(service.greeting, new RegExp(`GCM +${ARN}: EMULATED`));
});

test('applications created on first use are shown as emulated, beside those in the settings', async (t) => {
  const { service } = await start(t, { GCM: { gateway: 'emulated' } }, { CHATPUSH_AUTO_CREATE: 'all' });
  assert.deepEqual(await verboseOf(service.url), {
    [`${ARN} GCM`]: 'EMULATED',
    'every other application': 'EMULATED',
  });
});

test('a gateway that never answers does not keep a service from starting or stopping', async (t) => {
  const emulator = await strictEmulator(t);
  emulator.faults.set([{ gateway: 'apns', fault: 'black-hole' }]);
  const { service } = await start(t, { APNS: channelsAt(emulator).apns() });
  assert.deepEqual(await verboseOf(service.url), {
    [`${ARN} APNS`]: `at ${emulator.apns.url}, not examined yet`,
  });
});

test('a call examines a channel, and the new verdict is shown', async (t) => {
  const emulator = await strictEmulator(t);
  const { service, logged } = await start(t, {
    APNS: channelsAt(emulator).apns(),
    APNS_SANDBOX: channelsAt(emulator).sandbox({ keyId: 'REVOKED001' }),
  });
  await logged(({ msg, channel }) => msg.startsWith('channel examined') && channel === 'APNS_SANDBOX');
  const client = createClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: ACCESS_KEY.id, secretAccessKey: ACCESS_KEY.secret },
  });
  const examine = (deviceType: DeviceType, pinpointAppArn = ARN) =>
    client.examineChannel({ pinpointAppArn, deviceType });
  const [broken, again] = await Promise.all([examine('APNS_SANDBOX'), examine('APNS_SANDBOX')]);
  assert.deepEqual([broken.state, broken.answer], ['broken', '403 InvalidProviderToken']);
  assert.ok(broken.cure);
  assert.deepEqual(broken, again);
  assert.equal((await examine('APNS')).state, 'healthy');
  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, reason: 'Shutdown' }]);
  assert.equal((await examine('APNS')).state, 'unclear');
  assert.match((await verboseOf(service.url))[`${ARN} APNS`] ?? '', /unclear$/);
  await assert.rejects(examine('GCM'), { name: 'ResourceNotFoundException' });
  await assert.rejects(examine('APNS', `${ARN}-other`), { name: 'ResourceNotFoundException' });
});

test('the expiry of a certificate is a metric', async (t) => {
  const emulator = await strictEmulator(t);
  const made = emulator.providerCertificate('com.example.chat');
  const byCertificate = channelsAt(emulator).apns({ keyId: undefined, teamId: undefined, ...made });
  const { service } = await start(t, { APNS: byCertificate });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const expiry = metrics.match(/^chatpush_certificate_expires_timestamp_seconds\{.*channel="APNS"\} (.+)$/m);
  assert.ok(Number(expiry?.[1]) * 1000 > Date.now());
});

test('the time when a channel got its credential is a metric, if it is known', async (t) => {
  const emulator = await strictEmulator(t);
  const { certificate, privateKey } = emulator.providerCertificate('com.example.chat');
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const keyFile = join(folder.path, 'key.p8');
  writeFileSync(keyFile, PEM.p8);
  const written = Date.UTC(2026, 0, 2, 3, 4, 5);
  utimesSync(keyFile, written / 1000, written / 1000);
  const { apns, fcm } = channelsAt(emulator);
  const { service } = await start(t, {
    APNS: apns({ privateKey: { file: keyFile } }),
    APNS_SANDBOX: apns({ keyId: undefined, teamId: undefined, certificate, privateKey }),
    GCM: fcm(),
  });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const since = (channel: string) =>
    metrics.match(
      new RegExp(
        `^chatpush_credential_since_timestamp_seconds\\{.*channel="${channel}",source="(\\w+)"\\} (.+)$`,
        'm',
      ),
    );
  const [, source, at] = since('APNS') ?? [];
  assert.deepEqual([source, Number(at) * 1000], ['file', written]);
  const [, from, notBefore] = since('APNS_SANDBOX') ?? [];
  assert.equal(from, 'certificate');
  assert.equal(Number(notBefore) * 1000, new X509Certificate(certificate).validFromDate.getTime());
  assert.equal(since('GCM'), null, 'it is written in the settings');
});

test('with a settings file the page of phones is served only if enabled, whatever Host says', async (t) => {
  const emulated = { GCM: { gateway: 'emulated' } };
  const phonesAt = async (more: Record<string, string>): Promise<number> => {
    const { service } = await start(t, emulated, more);
    return (await fetch(`http://127.0.0.1:${new URL(service.url).port}/emulator/phones`)).status;
  };
  assert.equal(await phonesAt({}), 404);
  assert.equal(await phonesAt({ CHATPUSH_EXPOSE_DEVELOPMENT: 'yes' }), 200);
  assert.equal(await phonesAt({ CHATPUSH_HOST: '0.0.0.0' }), 404);
  assert.equal(await phonesAt({ CHATPUSH_HOST: '0.0.0.0', CHATPUSH_EXPOSE_DEVELOPMENT: 'yes' }), 200);
});
