// curl can sign since 7.75: a signer independent of ours and of AWS's SDKs, and the README's example.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { KEY, startRecordingServer } from './recording-server.ts';
import type { RecordingServer } from './recording-server.ts';

const run = promisify(execFile);
const version = /^curl (\d+)\.(\d+)/.exec(spawnSync('curl', ['-V'], { encoding: 'utf8' }).stdout ?? '');
const isAble = version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 7075;
const skip = isAble ? false : 'no curl of version 7.75 or later';

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer();
});
after(() => server.close());

const SIGNED = ['--aws-sigv4', 'aws:amz:us-east-1:connect', '--user', `${KEY.id}:${KEY.secret}`];

async function curl(...args: string[]): Promise<string> {
  return (await run('curl', ['--silent', '--show-error', '--fail-with-body', ...SIGNED, ...args])).stdout;
}

test('a call signed by curl is accepted', { skip }, async () => {
  const body = {
    PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
    DeviceToken: 'token',
    DeviceType: 'GCM',
    ContactConfiguration: { ContactId: 'c-1' },
  };
  const url = `${server.url}/push-notification/i-1/registrations`;
  const answer = await curl(
    '-X',
    'PUT',
    url,
    '-H',
    'Content-Type: application/json',
    '-d',
    JSON.stringify(body),
  );
  assert.equal(answer, '{"RegistrationId":"r-1"}');
  assert.deepEqual(server.recorded.at(-1)?.input, { InstanceId: 'i-1', ...body });
});

test('and so is one without a body, with a query', { skip }, async () => {
  await curl('-X', 'DELETE', `${server.url}/push-notification/i-1/registrations/r-1?contactId=c-1`);
  assert.deepEqual(server.recorded.at(-1)?.input, {
    InstanceId: 'i-1',
    RegistrationId: 'r-1',
    ContactId: 'c-1',
  });
});
