// The code that the page offers to copy does what its forms do.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { findPython } from '../../server/test/aws/python.ts';
import { endAsCode, messageAsCode, quoted, registrationAsCode, startAsCode } from '../src/as-code.ts';
import { DEVELOPMENT_ACCESS } from '../src/service.ts';
import { openScene } from './scene.ts';

const TOKEN = 'ab'.repeat(32);
const noCurl =
  spawnSync('curl', ['--aws-sigv4', 'aws:amz:eu-central-1:connect', '--version']).status !== 0 &&
  'curl with --aws-sigv4 is not installed';

test(
  'the curl commands, pasted into a terminal, register a phone and write to it',
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
    for (const { curl } of [registration, message, startAsCode(step), endAsCode(step)]) {
      const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} --fail-with-body --silent`], {
        env: { ...process.env, AWS_SECRET_ACCESS_KEY: DEVELOPMENT_ACCESS.secretAccessKey },
      });
      assert.match(stdout, /RegistrationId|Deliveries|ContactId|^\{\}$/);
    }
    await scene.emulator.phone(TOKEN).waitFor({ contains: `It's \\ "five"` });
  },
);

test('the AWS CLI commands do the same', { timeout: 300_000 }, async (t) => {
  const python = await findPython();
  if ('missing' in python) return t.skip(python.missing);
  await using scene = await openScene();
  const step = { ...DEVELOPMENT_ACCESS, endpoint: scene.url, contactId: `o'clock "5"` };
  const message = { content: `It's "six"`, role: 'AGENT', displayName: "Ana's bot" } as const;
  const steps = [
    startAsCode(step),
    registrationAsCode({ ...step, deviceToken: TOKEN, deviceType: 'APNS', includeRawMessage: true }),
    messageAsCode({ ...step, ...message }),
    endAsCode(step),
  ];
  for (const code of steps) {
    const { code: status, stderr } = await python.shell(code['AWS CLI'], {
      AWS_SECRET_ACCESS_KEY: DEVELOPMENT_ACCESS.secretAccessKey,
    });
    assert.equal(status, 0, stderr);
  }
  await scene.emulator.phone(TOKEN).waitFor({ contains: `It's "six"` });
});

test('no command contains the secret', () => {
  const step = {
    ...DEVELOPMENT_ACCESS,
    secretAccessKey: 'very-secret',
    endpoint: 'http://x',
    contactId: 'c',
  };
  const all = [
    registrationAsCode({ ...step, deviceToken: TOKEN, deviceType: 'APNS', includeRawMessage: true }),
    messageAsCode({ ...step, content: 'Hi', role: 'AGENT', displayName: 'Ana' }),
    startAsCode(step),
    endAsCode(step),
  ];
  assert.ok(!JSON.stringify(all).includes('very-secret'));
});

test('a shell reads a quoted text unchanged', () => {
  const text = `a'b "c" $d \`e\` \\ f`;
  assert.equal(String(spawnSync('sh', ['-c', `printf %s ${quoted(text)}`]).stdout), text);
});
