// chatpush check: the errors in the settings, or what would run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { PEM, providerCertificate } from '../config/keys.ts';
import { ARN, LEAST, settingsFolder, withApplication } from '../config/settings-folder.ts';

async function run(
  argv: string[],
  environment: Record<string, string>,
): Promise<{ code: number; said: string }> {
  let said = '';
  // Not the developer's own store.
  const store = { CHATPUSH_STORE: 'sqlite:no-such-folder/chatpush.db' };
  const code = await check(argv, { ...store, ...environment }, (text) => {
    said += text;
  });
  return { code, said };
}

test('valid settings: what would run, real or emulated, and when a certificate expires', async (t) => {
  const folder = settingsFolder(t);
  const certificate = await providerCertificate();
  const { CHATPUSH_CONFIG: file } = folder.settings(
    withApplication({
      channels: {
        APNS: { gateway: 'apns', topic: 'com.example.chat', ...certificate },
        APNS_SANDBOX: {
          gateway: 'apns',
          topic: 'com.example.chat',
          keyId: 'ABCDE12345',
          teamId: 'TEAM123456',
          privateKey: PEM.p8,
          url: 'https://127.0.0.1:8443',
        },
        GCM: { gateway: 'emulated' },
      },
    }),
  );
  for (const { code, said } of [await run([file], {}), await run([], { CHATPUSH_CONFIG: file })]) {
    assert.equal(code, 0, said);
    assert.match(said, new RegExp(`APNS +${ARN}: real\n +its certificate ends on \\d{4}-\\d\\d-\\d\\d`));
    assert.match(said, new RegExp(`APNS_SANDBOX +${ARN}: at https://127\\.0\\.0\\.1:8443\n`));
    assert.match(said, new RegExp(`GCM +${ARN}: EMULATED\n`));
  }
});

test('invalid settings: every error, and exit code 1', async (t) => {
  const { CHATPUSH_CONFIG: file } = settingsFolder(t).settings(
    withApplication({ sond: 'x', channels: { APNS: { gateway: 'apns' } } }),
  );
  const { code, said } = await run([file], {});
  assert.equal(code, 1);
  assert.match(said, /^5 mistakes in the settings:\n/);
  assert.match(said, /applications\[0\]\.sond is not a setting; the settings here are arn, genericText/);
});

test('no settings: the development defaults', async () => {
  const { code, said } = await run([], {});
  assert.equal(code, 0);
  assert.match(said, /every other application: EMULATED/);
});

test('the error about a missing file says what named it', async () => {
  const byArgument = await run(['nope.jsonc'], {});
  assert.equal(byArgument.code, 1);
  assert.match(
    byArgument.said,
    /^ {2}the argument names nope\.jsonc, which cannot be read: ENOENT; correct the path$/m,
  );
  const byVariable = await run([], { CHATPUSH_CONFIG: 'nope.jsonc' });
  assert.match(byVariable.said, /^ {2}CHATPUSH_CONFIG names nope\.jsonc/m);
});

test('reports that without an application no device can be registered', async (t) => {
  const { CHATPUSH_CONFIG: file } = settingsFolder(t).settings(LEAST);
  assert.match(
    (await run([file], {})).said,
    /no application, so no device can be registered: add "applications"/,
  );
  assert.ok(!(await run([file], { CHATPUSH_AUTO_CREATE: 'all' })).said.includes('no application'));
});

test('warns about a key of one tenant that can use the applications of all', async (t) => {
  const key = { id: 'TENANT', secret: 's', instances: ['support'] };
  const applications = [{ arn: ARN }, { arn: `${ARN}-b` }];
  const said = async (given: object): Promise<string> => {
    const settings = settingsFolder(t).settings({ ...LEAST, accessKeys: [given], applications });
    return (await run([settings.CHATPUSH_CONFIG], {})).said;
  };
  const pointedOut =
    /the access key TENANT is limited to some instances .* list its own under "applications"/;
  assert.match(await said(key), pointedOut);
  assert.doesNotMatch(await said({ ...key, applications: [ARN] }), pointedOut);
  assert.doesNotMatch(await said({ ...key, instances: 'all' }), pointedOut);
});

test('refuses arguments that it would not read', async () => {
  // Regression: "chatpush check a.json b.json" reported no errors after reading only the first file, and with an empty argument
  // after reading none.
  for (const argv of [['a.json', 'b.json'], ['']]) {
    const { code, said } = await run(argv, {});
    assert.deepEqual([code, said.split('\n')[0]], [2, 'chatpush check [file] [--json]']);
  }
  let said = '';
  const code = await doctor(['support', 'sales'], {}, (text) => {
    said += text;
  });
  assert.deepEqual([code, said.split('\n')[0]], [2, 'chatpush doctor [application] [--json]']);
});

test('--json lists every error and its place', async (t) => {
  const folder = settingsFolder(t);
  const good = await run(['--json'], { CHATPUSH_CONFIG: folder.settings(LEAST).CHATPUSH_CONFIG });
  assert.deepEqual([good.code, JSON.parse(good.said)], [0, { ok: true, mistakes: [] }]);
  const bad = await run(['--json'], { CHATPUSH_PORT: 'abc' });
  const { ok, mistakes } = JSON.parse(bad.said) as {
    ok: boolean;
    mistakes: { where: string; what: string }[];
  };
  assert.deepEqual([bad.code, ok, mistakes.map(({ where }) => where)], [1, false, ['CHATPUSH_PORT']]);
});
