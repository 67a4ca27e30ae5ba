// Clients other than Amazon's SDKs: Dart's aws_client, whose documentation the method comes from, and others that sign, encode
// and label their requests differently.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { ANY_SESSION } from '../../src/auth/access-keys.ts';
import { canonicalForms } from '../../src/auth/canonical-forms.ts';
import { dartRequest } from './dart-signer.ts';
import type { DartRequest, DartVersion } from './dart-signer.ts';
import { GOOD_INPUTS } from './inputs.ts';
import { KEY, call, exchange, isRefusal, startRecordingServer } from './recording-server.ts';
import type { RecordingServer } from './recording-server.ts';

const DEVELOPMENT = { id: 'test', secret: 'test' };

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer({
    accessKey: createAccessKeys([
      { ...KEY, instances: 'all' },
      { ...DEVELOPMENT, instances: 'all', sessionToken: ANY_SESSION },
    ]),
  });
});
after(() => server.close());

const ARN = 'arn:aws:connect:eu-central-1:123456789012:instance/i-1';
const { InstanceId: _, ...PAYLOAD } = GOOD_INPUTS.CreatePushNotificationRegistration;

const send = (request: Pick<DartRequest, 'version' | 'method' | 'segments'> & Partial<DartRequest>) =>
  exchange(server.port, Buffer.from(dartRequest({ host: '127.0.0.1', key: KEY, ...request })));

for (const version of ['aws_client 0.9.3', 'shared_aws_api 2'] as const satisfies DartVersion[])
  describe(`${version} of Dart`, () => {
    for (const instanceId of ['i-1', ARN, 'a%b ü', "it's (one)!*"])
      test(`registers, repeats and deletes in the instance ${instanceId}`, async () => {
        const create = {
          version,
          method: 'PUT',
          segments: ['push-notification', instanceId, 'registrations'],
          payload: PAYLOAD,
        };
        for (let time = 0; time < 2; time++) {
          const answer = await send(create);
          assert.equal(answer.status, 200, answer.body);
          const { input } = server.recorded.at(-1)!;
          assert.deepEqual(input, { ...PAYLOAD, InstanceId: instanceId === ARN ? 'i-1' : instanceId });
        }
        const answer = await send({
          version,
          method: 'DELETE',
          segments: ['push-notification', instanceId, 'registrations', 'r 1/2'],
          query: { contactId: 'chat 1 + 1' },
        });
        assert.equal(answer.status, 200, answer.body);
        const { input } = server.recorded.at(-1)!;
        assert.deepEqual([input['RegistrationId'], input['ContactId']], ['r 1/2', 'chat 1 + 1']);
      });

    test('is refused with a signature over another path or query', async () => {
      const bytes = dartRequest({
        version,
        method: 'DELETE',
        host: '127.0.0.1',
        key: KEY,
        segments: ['push-notification', 'a b', 'registrations', 'r-1'],
        query: { contactId: 'chat 1' },
      });
      const recorded = server.recorded.length;
      for (const [from, to] of [
        ['a%20b', 'a%2520b'],
        ['a%20b', 'a+b'],
        ['/r-1', '/r-2'],
        ['chat+1', 'chat%2B1'],
        ['chat+1', 'chat+2'],
        ['Host: 127.0.0.1', 'Host: 127.0.0.1:1'],
      ] as const) {
        const changed = bytes.replace(from, to);
        assert.notEqual(changed, bytes);
        const answer = await exchange(server.port, Buffer.from(changed));
        assert.equal(isRefusal(answer, 'InvalidSignatureException'), undefined, `${from} → ${to}`);
      }
      assert.equal(server.recorded.length, recorded);
    });

    test('with a session token is accepted in development, and refused if the key has none', async () => {
      const request = {
        version,
        method: 'PUT',
        segments: ['push-notification', 'i-1', 'registrations'],
        payload: PAYLOAD,
        sessionToken: 'of an SSO session',
      };
      assert.equal((await send({ ...request, key: DEVELOPMENT })).status, 200);
      assert.equal(isRefusal(await send(request), 'UnrecognizedClientException'), undefined);
    });
  });

test('a signature is valid for one path only, in each of its forms', () => {
  // `a/b` as the AWS SDKs sign it, and `a%2Fb` as it travels, would be the same text.
  const forms = (path: string) => canonicalForms(path, '').map((form) => form.path);
  const paths = [
    '/x/a%2Fb',
    '/x/a%252Fb',
    '/x/a%25252Fb',
    '/x/a%b',
    '/x/a%25b%20%C3%BC',
    "/x/it's",
    '/x/a b',
    '/x/a+b',
  ];
  for (const path of paths)
    for (const other of paths)
      if (path !== other)
        assert.deepEqual(
          forms(path).filter((form) => forms(other).includes(form)),
          [],
          `${path} ${other}`,
        );
  // There are no alternatives if all clients write the same.
  assert.equal(canonicalForms('/push-notification/i-1/registrations', 'contactId=c-1').length, 1);
});

describe('the body is read as JSON', () => {
  const put = (contentType: string) =>
    call(server, {
      method: 'PUT',
      target: '/push-notification/i-1/registrations',
      body: JSON.stringify(PAYLOAD),
      headers: { 'Content-Type': contentType },
    });
  for (const type of [
    'application/x-amz-json-1.1',
    'text/plain; charset=utf-8',
    'application/json',
    'json',
    'application/octet-stream',
  ])
    test(`under the content type ${type}`, async () => {
      assert.equal((await put(type)).status, 200);
    });
  for (const type of [
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/cbor',
  ])
    test(`and not under ${type}, which is another format's`, async () => {
      assert.equal(isRefusal(await put(type), 'MalformedHttpRequestException'), undefined);
    });
});

test('throttling says how long to wait in seconds, and in milliseconds for the SDKs that read those', async () => {
  await using slow = await startRecordingServer({ limits: { callsPerSecond: 0.5, burst: 1 } });
  const stop = () =>
    call(slow, {
      method: 'POST',
      target: '/contact/stop',
      body: JSON.stringify(GOOD_INPUTS.StopContact),
    });
  assert.equal((await stop()).status, 200);
  const { status, headers } = await stop();
  assert.equal(status, 429);
  const milliseconds = Number(headers.get('x-amz-retry-after'));
  assert.ok(milliseconds > 1_000 && milliseconds <= 2_000, String(milliseconds));
  assert.equal(headers.get('retry-after'), '2');
});
