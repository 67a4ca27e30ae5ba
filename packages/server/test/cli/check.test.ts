// chatpush check: what is wrong with the settings, or what would run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { PEM, providerCertificate } from '../config/keys.ts';
import { ARN, LEAST, settingsFolder, withApplication } from '../config/settings-folder.ts';

function run(argv: string[], environment: Record<string, string>): { code: number; said: string } {
  let said = '';
  const code = check(argv, environment, (text) => {
    said += text;
  });
  return { code, said };
}

test('good settings: what would run, real or emulated, and when a certificate ends', async (t) => {
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
  for (const { code, said } of [run([file], {}), run([], { CHATPUSH_CONFIG: file })]) {
    assert.equal(code, 0, said);
    assert.match(said, new RegExp(`APNS +${ARN}: real\n +its certificate ends on \\d{4}-\\d\\d-\\d\\d`));
    assert.match(said, new RegExp(`APNS_SANDBOX +${ARN}: at https://127\\.0\\.0\\.1:8443\n`));
    assert.match(said, new RegExp(`GCM +${ARN}: EMULATED\n`));
  }
});

test('bad settings: every mistake, and exit code 1', (t) => {
  const { CHATPUSH_CONFIG: file } = settingsFolder(t).settings(
    withApplication({ sond: 'x', channels: { APNS: { gateway: 'apns' } } }),
  );
  const { code, said } = run([file], {});
  assert.equal(code, 1);
  assert.match(said, /^5 mistakes in the settings:\n/);
  assert.match(said, /applications\[0\]\.sond is not a setting; the settings here are arn, genericText/);
});

test('no settings: the development defaults', () => {
  const { code, said } = run([], {});
  assert.equal(code, 0);
  assert.match(said, /every other application: EMULATED/);
});

test('who named a file that is not there is who is told', () => {
  const byArgument = run(['nope.jsonc'], {});
  assert.equal(byArgument.code, 1);
  assert.match(
    byArgument.said,
    /^ {2}the argument names nope\.jsonc, which cannot be read: ENOENT; correct the path$/m,
  );
  const byVariable = run([], { CHATPUSH_CONFIG: 'nope.jsonc' });
  assert.match(byVariable.said, /^ {2}CHATPUSH_CONFIG names nope\.jsonc/m);
});

test('no application, with which no device can be registered, is said', (t) => {
  const { CHATPUSH_CONFIG: file } = settingsFolder(t).settings(LEAST);
  assert.match(run([file], {}).said, /no application, so no device can be registered: add "applications"/);
  assert.ok(!run([file], { CHATPUSH_AUTO_CREATE: 'all' }).said.includes('no application'));
});

test('a key of one tenant that reaches the applications of all is pointed out', (t) => {
  const key = { id: 'TENANT', secret: 's', instances: ['support'] };
  const applications = [{ arn: ARN }, { arn: `${ARN}-b` }];
  const said = (given: object) =>
    run([settingsFolder(t).settings({ ...LEAST, accessKeys: [given], applications }).CHATPUSH_CONFIG], {})
      .said;
  const pointedOut = /the access key TENANT is for some instances only, .* name its own under "applications"/;
  assert.match(said(key), pointedOut);
  assert.doesNotMatch(said({ ...key, applications: [ARN] }), pointedOut);
  assert.doesNotMatch(said({ ...key, instances: 'all' }), pointedOut);
});

test('what it would not look at, it does not take', async () => {
  // "chatpush check a.json b.json" said that all is well, having read the first alone; an empty argument, having read none.
  for (const argv of [['a.json', 'b.json'], ['']]) {
    const { code, said } = run(argv, {});
    assert.deepEqual([code, said.split('\n')[0]], [2, 'chatpush check [file]']);
  }
  let said = '';
  const code = await doctor(['support', 'sales'], {}, (text) => {
    said += text;
  });
  assert.deepEqual([code, said.split('\n')[0]], [2, 'chatpush doctor [application]']);
});
