// chatpush check: what is wrong with the settings, or what would run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { PEM, providerCertificate } from '../config/keys.ts';
import { ARN, settingsFolder, withApplication } from '../config/settings-folder.ts';

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
