// Bearer keys: one instance, one purpose, our own operations only, and never over a connection that others could read.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import type { Operation, OperationName } from '@chatpush/wire';
import { GOOD_INPUTS, encodeInput } from '../http/inputs.ts';
import { startRecordingServer } from '../http/recording-server.ts';
import type { RecordingServer } from '../http/recording-server.ts';

const INTAKE = ['chatpush:PutChatEvents'];
const KEYS = [
  { id: 'intake', secret: 'intake-key-0123456789abcdef', instance: 'i-1', actions: INTAKE },
  {
    id: 'reading',
    secret: 'reading-key-0123456789abcdef',
    instance: 'i-1',
    actions: ['chatpush:List*', 'chatpush:Get*'],
  },
  { id: 'other', secret: 'other-key-0123456789abcdef==', instance: 'i-2', actions: INTAKE },
] as const;
const secret = (id: string): string => KEYS.find((key) => key.id === id)!.secret;

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer({ bearerKeys: KEYS, trustedProxies: ['10.0.0.0/8'] });
});
after(() => server.close());

async function call(
  name: OperationName,
  authorization: string,
  headers: Record<string, string> = {},
  url = server.url,
) {
  const { method, target, body } = encodeInput(OPERATIONS[name], GOOD_INPUTS[name]);
  const answer = await fetch(url + target, {
    method,
    headers: { authorization, ...(body !== '' && { 'content-type': 'application/json' }), ...headers },
    ...(body !== '' && { body }),
  });
  const { Message } = (await answer.json().catch(() => ({}))) as { Message?: string };
  return { status: answer.status, name: answer.headers.get('x-amzn-errortype'), message: Message ?? '' };
}

describe('every operation accepts only keys with its right', () => {
  for (const name of Object.keys(OPERATIONS) as OperationName[])
    for (const right of ['intake', 'reading'] as const)
      test(`${name} with a key for ${right}`, async () => {
        const { bearer }: Operation = OPERATIONS[name];
        const answer = await call(name, `Bearer ${secret(right)}`);
        assert.equal(answer.status, bearer === right ? 200 : 403, answer.message);
        if (bearer !== right) assert.equal(answer.name, 'AccessDeniedException');
        else assert.equal(server.recorded.at(-1)?.call.caller.accessKeyId, right);
      });
});

test('a key opens its own instance only', async () => {
  const answer = await call('PutChatEvents', `Bearer ${secret('other')}`);
  assert.deepEqual([answer.status, answer.name], [403, 'AccessDeniedException']);
  assert.match(answer.message, /instance\/i-1 because /);
});

test('an unknown key and an almost correct key are refused', async () => {
  for (const wrong of [
    'x'.repeat(30),
    secret('intake').slice(0, -1),
    `${secret('intake')}x`,
    secret('intake').toUpperCase(),
  ]) {
    const answer = await call('PutChatEvents', `Bearer ${wrong}`);
    assert.deepEqual([answer.status, answer.name], [403, 'UnrecognizedClientException']);
  }
});

test('the scheme is case-insensitive, as in HTTP', async () => {
  assert.equal((await call('PutChatEvents', `bearer  ${secret('intake')}`)).status, 200);
  assert.equal(
    (await call('PutChatEvents', `Basic ${secret('intake')}`)).name,
    'IncompleteSignatureException',
  );
});

test('a call through an unconfigured proxy is refused, even on loopback', async () => {
  for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'via']) {
    const answer = await call('PutChatEvents', `Bearer ${secret('intake')}`, { [header]: 'https' });
    assert.deepEqual([answer.status, answer.name], [403, 'AccessDeniedException'], header);
    assert.match(answer.message, /trustedProxies/);
  }
});

test('a configured proxy must declare that the client used TLS', async () => {
  const behind = await startRecordingServer({
    bearerKeys: KEYS,
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
  });
  try {
    const by = (proto?: string) =>
      call(
        'PutChatEvents',
        `Bearer ${secret('intake')}`,
        { 'x-forwarded-for': '192.0.2.1', ...(proto !== undefined && { 'x-forwarded-proto': proto }) },
        behind.url,
      );
    assert.equal((await by('https')).status, 200);
    for (const proto of [undefined, 'http', 'http, https', 'https, http']) {
      const answer = await by(proto);
      assert.deepEqual([answer.status, answer.name], [403, 'AccessDeniedException']);
    }
  } finally {
    await behind.close();
  }
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && !one.internal && one.family === 'IPv4')?.address;

test(
  'plain HTTP from anywhere but loopback is refused',
  { skip: outside === undefined && 'this machine has no address but loopback' },
  async () => {
    const open = await startRecordingServer({ bearerKeys: KEYS, host: '0.0.0.0' });
    try {
      const from = (host: string, headers = {}) =>
        call('PutChatEvents', `Bearer ${secret('intake')}`, headers, `http://${host}:${open.port}`);
      assert.equal((await from('127.0.0.1')).status, 200);
      for (const headers of [{}, { 'x-forwarded-proto': 'https' }]) {
        const answer = await from(outside!, headers);
        assert.deepEqual([answer.status, answer.name], [403, 'AccessDeniedException']);
      }
    } finally {
      await open.close();
    }
  },
);

test('without a bearer key a signature is still required', async () => {
  const { method, target, body } = encodeInput(OPERATIONS.PutChatEvents, GOOD_INPUTS.PutChatEvents);
  const answer = await fetch(server.url + target, { method, body });
  assert.equal(answer.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
});

test('in the query of a call with a bearer key a plus sign is a space, as in forms', async () => {
  const query = new URLSearchParams({ contactId: 'chat 1+1' });
  assert.equal(String(query), 'contactId=chat+1%2B1');
  const answer = await fetch(`${server.url}/push-notification/i-1/deliveries?${query}`, {
    headers: { authorization: `Bearer ${secret('reading')}` },
  });
  assert.equal(answer.status, 200);
  assert.equal(server.recorded.at(-1)?.input['ContactId'], 'chat 1+1');
});
