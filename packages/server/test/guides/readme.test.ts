// Runs the commands and snippets of README.md in order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findPython } from '../aws/python.ts';
import { CURL_SKIP } from './curl.ts';
import { freePort } from '../free-port.ts';
import { guideFolder } from './folder.ts';
import { blocksOf } from './guide.ts';

const README = '../../README.md';
const python = await findPython();

test(
  'the README: from npm start to a phone that lights up',
  { skip: CURL_SKIP || ('missing' in python && python.missing), timeout: 300_000 },
  async (t) => {
    const port = await freePort();
    assert.ok(!('missing' in python));
    // As in a shell with an AWS session token, which SDKs and the AWS CLI send with any keys.
    const session = { AWS_SESSION_TOKEN: 'of an SSO session', AWS_SECURITY_TOKEN: 'of an SSO session' };
    const environment = { CHATPUSH_PORT: String(port), ...session };
    const folder = guideFolder(t, environment, { aws: python.awsCommand });
    await folder.start('npx chatpush');

    const done: string[] = [];
    for (const { language, name, text } of blocksOf(README)) {
      const code = text.replaceAll(':4100', `:${port}`);
      done.push(name);
      if (name === 'environment') await folder.run(code);
      else if (name === 'register.ts') {
        folder.write(name, code);
        assert.match(await folder.run(`node ${name}`), /^[0-9a-f-]{36}\n$/);
      } else if (name === 'register') {
        // The same device for the same contact, so the AWS CLI gets the registration that the SDK made.
        assert.match(await folder.run(code), /"RegistrationId": "[0-9a-f-]{36}"/);
      } else if (name === 'write') {
        const said = await folder.run(code);
        assert.match(said, /"Deliveries":1/);
        assert.match(said, /"body":"Hello!"/);
      } else assert.equal(language, 'sh', `a block that nothing runs:\n${text}`);
    }
    assert.deepEqual(done, ['', '', 'environment', 'register.ts', 'register', 'write']);
  },
);

test('the README names only scripts that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const text = readFileSync('README.md', 'utf8');
  const named = [...text.matchAll(/npm (?:run )?(start|[\w:]+)(?= |`|\n)/g)].map(([, name]) => name!);
  const ours = named.filter((name) => !['ci', 'install'].includes(name));
  assert.ok(ours.length >= 3);
  for (const name of ours) assert.ok(name in scripts, `npm run ${name}`);
});
