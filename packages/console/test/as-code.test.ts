// What the page offers to copy does what its forms do.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { messageAsCode, quoted, registrationAsCode } from '../src/as-code.ts';
import { DEVELOPMENT_ACCESS } from '../src/service.ts';
import { openScene } from './scene.ts';

const TOKEN = 'ab'.repeat(32);
const noCurl =
  spawnSync('curl', ['--aws-sigv4', 'aws:amz:eu-central-1:connect', '--version']).status !== 0 &&
  'there is no curl that signs for AWS';

test(
  'the lines for curl register a phone and write to it, pasted into a terminal',
  { skip: noCurl },
  async () => {
    await using scene = await openScene();
    const step = { ...DEVELOPMENT_ACCESS, endpoint: scene.url, contactId: `o'clock "5" $HOME` };
    const registration = registrationAsCode({
      ...step,
      deviceToken: TOKEN,
      deviceType: 'APNS',
      includeRawMessage: true,
    });
    const message = messageAsCode({
      ...step,
      content: `It's \\ "five"\n`,
      role: 'AGENT',
      displayName: 'Ana',
    });
    for (const { curl } of [registration, message]) {
      assert.ok(typeof curl === 'string');
      const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} --fail-with-body --silent`], {
        env: { ...process.env, AWS_SECRET_ACCESS_KEY: DEVELOPMENT_ACCESS.secretAccessKey },
      });
      assert.match(stdout, /RegistrationId|Deliveries/);
    }
    await scene.emulator.phone(TOKEN).waitFor({ contains: `It's \\ "five"` });
  },
);

test('the secret is in none of them', () => {
  const step = {
    ...DEVELOPMENT_ACCESS,
    secretAccessKey: 'very-secret',
    endpoint: 'http://x',
    contactId: 'c',
  };
  const all = [
    registrationAsCode({ ...step, deviceToken: TOKEN, deviceType: 'APNS', includeRawMessage: true }),
    messageAsCode({ ...step, content: 'Hi', role: 'AGENT', displayName: 'Ana' }),
  ];
  assert.ok(!JSON.stringify(all).includes('very-secret'));
});

test('a shell reads a quoted text as it is', () => {
  const text = `a'b "c" $d \`e\` \\ f`;
  assert.equal(String(spawnSync('sh', ['-c', `printf %s ${quoted(text)}`]).stdout), text);
});
