// The examples in the docs run unchanged, except for the address of the service.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ERRORS, OPERATIONS } from '@chatpush/wire';
import { startTestService } from './service.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const ADDRESS = 'http://127.0.0.1:4100';

/** Runs a page's first TypeScript example that contains a text, and returns its output. */
async function runExample(page: string, marker: string, url: string): Promise<string> {
  const text = await readFile(`${root}/${page}`, 'utf8');
  const example = [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map((match) => match[1]!)
    .find((code) => code.includes(marker));
  assert.ok(example !== undefined, `${page} has no example with ${marker}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', example.replaceAll(ADDRESS, url)],
    { cwd: root, env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } },
  );
  return stdout;
}

describe('the examples', () => {
  test('on the method’s page registers, and repeating it returns the same registration', async () => {
    await using service = await startTestService();
    const printed = await runExample(
      'docs/create-push-notification-registration.md',
      'console.log',
      service.url,
    );
    assert.match(printed, /^registered: [0-9a-f-]{36}\nrepeated: the same\n$/);
  });

  test('in the client’s README registers', async () => {
    await using service = await startTestService();
    assert.equal(
      await runExample('packages/client/README.md', 'createPushNotificationRegistration(', service.url),
      '',
    );
  });

  test('in wire’s README lists the faults', async () => {
    const printed = await runExample('packages/wire/README.md', 'describeFaults', ADDRESS);
    assert.match(printed, /^5 validation errors detected: Value with length 0 at '\/InstanceId'/);
  });
});

test('the method’s page lists the errors that wire declares, with their status and whether they are retried', async () => {
  const text = await readFile(`${root}/docs/create-push-notification-registration.md`, 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+Exception)`\s*\|(.*)\|$/gm)].map(([, name, rest]) => {
    const [status, , repeated] = rest!.split('|').map((cell) => cell.trim());
    return [name, Number(status), repeated!.startsWith('yes')];
  });
  const declared = OPERATIONS.CreatePushNotificationRegistration.errors.map((name) => [
    name,
    ERRORS[name].status,
    ERRORS[name].repeated,
  ]);
  assert.deepEqual(rows, declared);
});
