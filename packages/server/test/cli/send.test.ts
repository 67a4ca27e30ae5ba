// chatpush send: one push to one device through the normal code path, and a verdict in plain words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { send } from '../../src/cli/send.ts';
import { PEM } from '../config/keys.ts';
import { ARN } from '../config/settings-folder.ts';
import { startPeer } from '../gateways/peer.ts';
import { channelsAt, settingsWith, strictEmulator } from '../doctor/accounts.ts';

const IPHONE = 'ab'.repeat(32);

async function run(argv: string[], environment: Record<string, string | undefined>) {
  let said = '';
  const code = await send(argv, environment, (text) => {
    said += text;
  });
  return { code, said };
}

async function system(t: TestContext) {
  const emulator = await strictEmulator(t);
  const at = channelsAt(emulator);
  const channels = { APNS: at.apns(), APNS_SANDBOX: at.sandbox(), GCM: at.fcm() };
  return { emulator, environment: settingsWith(t, channels) };
}

test('an accepted push arrives, with exit code 0', async (t) => {
  const { emulator, environment } = await system(t);
  const devices = [
    ['APNS', IPHONE.toUpperCase(), IPHONE],
    ['GCM', 'an-android-phone', 'an-android-phone'],
    ['GCM', 'dQw4w9WgXcQ-_abcdEFGHi', 'dQw4w9WgXcQ-_abcdEFGHi'],
  ];
  for (const [type, token, phone] of devices) {
    const { code, said } = await run(
      ['--application', 'support', '--type', type!, '--token', token!, 'Hello there'],
      environment,
    );
    assert.equal(code, 0, said);
    const { host } = new URL(type === 'GCM' ? emulator.fcm.url : emulator.apns.url);
    const [of, at] = type === 'GCM' ? ['Google', emulator.fcm.url] : ['Apple', emulator.apns.url];
    assert.match(
      said,
      new RegExp(`^${type} of ${ARN} \\(at ${at}\\):\n${host}, in ${of}’s place, accepted it in \\d+ ms`),
    );
    assert.match(said, new RegExp(`${of} was not asked`));
    const [notification] = await emulator.phone(phone!).waitFor({ contains: 'Hello there' });
    assert.ok(notification);
  }
});

test('with --json it prints the result for programs', async (t) => {
  const { emulator, environment } = await system(t);
  emulator.install(IPHONE, { deviceType: 'APNS_SANDBOX', app: 'com.example.chat' });
  for (const [type, accepted, answer] of [
    ['APNS_SANDBOX', true, '200'],
    ['APNS', false, '400 BadDeviceToken'],
  ] as const) {
    const argv = ['--application', 'support', '--type', type, '--token', IPHONE, '--json', 'Hello'];
    const { code, said } = await run(argv, environment);
    assert.equal(code, accepted ? 0 : 1);
    assert.partialDeepStrictEqual(JSON.parse(said), { accepted, applicationArn: ARN, channel: type, answer });
  }
});

test('with --json it prints as JSON why it did not send', async (t) => {
  const { environment } = await system(t);
  const argv = ['--type', 'APNS', '--token', IPHONE, '--json', 'Hello'];
  const { code, said } = await run(['--application', 'sales', ...argv], environment);
  assert.equal(code, 1);
  const { accepted, error } = JSON.parse(said) as { accepted: boolean; error: string };
  assert.equal(accepted, false);
  assert.match(error, /no application sales/);
});

test('a token of the other environment is reported as such, with exit code 1', async (t) => {
  const { emulator, environment } = await system(t);
  emulator.install(IPHONE, { deviceType: 'APNS_SANDBOX', app: 'com.example.chat' });
  const argv = ['--application', ARN, '--type', 'APNS', '--token', IPHONE, 'Hello'];
  const { code, said } = await run(argv, environment);
  assert.equal(code, 1);
  assert.match(said, /, in Apple’s place, refused it: 400 BadDeviceToken\n/);
  assert.match(said, /APNS_SANDBOX.*neither works in the other/);
  assert.match(said, /What to do: register the device with the other DeviceType/);
});

test('a token of another app or project, or an expired one, is reported as such', async (t) => {
  const { emulator, environment } = await system(t);
  emulator.install(IPHONE, { deviceType: 'APNS', app: 'com.example.other' });
  emulator.install('android', { deviceType: 'GCM', app: 'another-project' });
  const [apns, gcm] = [
    ['APNS', IPHONE],
    ['GCM', 'android'],
  ].map(([type, token]) => run(['--application', ARN, '--type', type!, '--token', token!, 'x'], environment));
  assert.match((await apns!).said, /belongs to a different app/);
  assert.match((await gcm!).said, /belongs to another Firebase project/);
  emulator.phone(IPHONE).uninstall();
  emulator.install(IPHONE, { deviceType: 'APNS', app: 'com.example.chat' }).uninstall();
  assert.match(
    (await run(['--application', ARN, '--type', 'APNS', '--token', IPHONE, 'x'], environment)).said,
    /removed from this device/,
  );
});

test('a refused credential gets the doctor’s diagnosis', async (t) => {
  const emulator = await strictEmulator(t);
  const environment = settingsWith(t, { APNS: channelsAt(emulator).apns({ keyId: 'REVOKED001' }) });
  const argv = ['--application', 'support', '--type', 'APNS', '--token', IPHONE, 'x'];
  const { code, said } = await run(argv, environment);
  assert.equal(code, 1);
  assert.match(said, / refused it: 403 InvalidProviderToken\n.*the key was revoked/);
  assert.ok(!said.includes(PEM.p8.split('\n')[1]!));
});

test('without an answer of the gateway, the verdict is that the outcome is unknown', async (t) => {
  const { emulator, environment } = await system(t);
  emulator.faults.set([{ gateway: 'apns', fault: 'answer-lost', by: 'rst' }]);
  const argv = ['--application', 'support', '--type', 'APNS', '--token', IPHONE, 'x'];
  const { code, said } = await run(argv, environment);
  assert.equal(code, 1);
  assert.match(said, /did not answer \(.*\): the push may have arrived/);
});

test('through an emulated channel it does not claim that Apple or Google accepted the push', async (t) => {
  // Regression: everything was green, and nothing arrived.
  const emulator = await strictEmulator(t);
  const emulated = { gateway: 'emulated' };
  const named = settingsWith(t, { APNS: emulated, GCM: emulated });
  const device = ['--type', 'APNS', '--token', IPHONE, 'Hello there'];
  for (const [environment, application] of [
    [named, 'support'],
    [{ ...named, CHATPUSH_AUTO_CREATE: 'all' }, 'never-named'],
  ] as const) {
    const at = { ...environment, CHATPUSH_EMULATOR_URL: emulator.url };
    const { code, said } = await run(['--application', application, ...device], at);
    assert.equal(code, 0, said);
    assert.match(
      said,
      /^APNS of .* \(EMULATED\):\nThe emulator accepted it in \d+ ms \(200\); no real phone was reached\.\n/,
    );
    assert.doesNotMatch(said, /Apple|If the phone shows nothing/);
  }
});

test('what accepts everything has not accepted it', async (t) => {
  const peer = await startPeer(t, {
    answer({ stream }) {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<html>login</html>');
    },
  });
  const at = channelsAt(await strictEmulator(t));
  const there = { url: `https://${peer.host}:${peer.port}`, ca: peer.ca };
  const environment = settingsWith(t, { APNS: at.apns(there) });
  const argv = ['--application', 'support', '--type', 'APNS', '--token', IPHONE, 'x'];
  const { code, said } = await run(argv, environment);
  assert.equal(code, 1);
  assert.match(said, /did not answer, but something else: 200 without apns-id\n.*accepts everything/);
  assert.match(said, /What to do: let the connection/);
});

test('reports what is missing: arguments, application, channel, emulator', async (t) => {
  const { environment } = await system(t);
  const without = await run(['--application', 'support', 'x'], environment);
  assert.deepEqual([without.code, without.said.split(' ', 2).join(' ')], [2, 'chatpush send']);
  const device = ['--type', 'GCM', '--token', 't', 'x'];
  assert.match(
    (await run(['--application', 'sales', ...device], environment)).said,
    /no application sales in the settings or in the store\. The applications are: arn:/,
  );
  const apnsOnly = settingsWith(t, { APNS: { gateway: 'emulated' } });
  assert.match(
    (await run(['--application', 'support', ...device], apnsOnly)).said,
    /has no channel GCM; add it/,
  );
  assert.match(
    (await run(['--application', ARN, ...device], { CHATPUSH_PORT: '1' })).said,
    /no emulator answers at http:\/\/127\.0\.0\.1:1: start the service, or set CHATPUSH_EMULATOR_URL/,
  );
});
