// Signature Version 4 as the SDKs compute it, in cases that the published vectors do not cover.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { ConnectClient, DeletePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  amzDate,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  encodeComponent,
  errorName,
  signingKeyChain,
  stringToSign,
} from '@chatpush/wire';
import type { CanonicalInput, Scope } from '@chatpush/wire';
import fc from 'fast-check';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function signature(secret: string, date: string, scope: Scope, input: CanonicalInput): string {
  const key = signingKeyChain(scope).reduce<string | Buffer>(
    (key, message) => createHmac('sha256', key).update(message).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key)
    .update(stringToSign(date, scope, sha256(canonicalRequest(input))))
    .digest('hex');
}

/** node:crypto behind the interface that the peer expects. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}

describe('the official signer', () => {
  const part = fc.string({
    unit: fc.constantFrom(...Array.from("aZ09-._~ /:%+*?#&=;,@!$'()é中😀")),
    maxLength: 12,
  });
  const arbitrary = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
    segments: fc.array(fc.oneof(part, fc.constantFrom('', '.', '..')), { maxLength: 5 }),
    query: fc.dictionary(part, fc.oneof(part, fc.array(part, { minLength: 1, maxLength: 3 })), {
      maxKeys: 4,
    }),
    headers: fc.dictionary(
      fc
        .string({ unit: fc.constantFrom(...Array.from('abcxyz-')), minLength: 1, maxLength: 8 })
        .map((name) => `x-${name}`),
      fc.string({ unit: fc.constantFrom(...Array.from('ab, ;=\t')), maxLength: 12 }),
      { maxKeys: 3 },
    ),
    body: fc.string({ unit: 'binary', maxLength: 40 }),
    time: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    isStrict: fc.boolean(),
  });

  test('agrees with wire on random requests', async () => {
    const scopeOf = (date: string): Scope => ({
      date: date.slice(0, 8),
      region: 'eu-west-1',
      service: 'connect',
    });
    const signer = new SignatureV4({
      service: 'connect',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
      sha256: Sha256,
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ method, segments, query, headers, body, time, isStrict }) => {
        // Both encodings that clients use on the request line: RFC 3986's and that of `encodeURIComponent`.
        const encode = isStrict ? encodeComponent : encodeURIComponent;
        const path = `/${segments.map((segment) => (segment === '.' || segment === '..' ? segment : encode(segment))).join('/')}`;
        const signed = await signer.sign(
          { method, protocol: 'http:', hostname: 'h', path, query, headers: { host: 'h', ...headers }, body },
          { signingDate: time },
        );
        const authorization = signed.headers['authorization']!;
        const date = amzDate(time.getTime());
        assert.equal(signed.headers['x-amz-date'], date);
        const line = Object.entries(query).flatMap(([name, value]) =>
          [value].flat().map((one) => `${encode(name)}=${encode(one)}`),
        );
        const ours = signature('secret', date, scopeOf(date), {
          method,
          path,
          query: line.join('&'),
          headers: Object.entries(signed.headers),
          signedHeaders: /SignedHeaders=([^,]+)/.exec(authorization)![1]!.split(';'),
          payloadHash: sha256(body),
        });
        assert.equal(ours, /Signature=(\w+)/.exec(authorization)![1], JSON.stringify({ path, query }));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('requests of the AWS SDK', () => {
  const ids = [
    'a/b',
    'a:b',
    '100%',
    'a+b',
    'a*b',
    'é',
    'a b',
    "!'()*",
    '%2F',
    'arn:aws:connect:us-east-1:1:instance/x',
    '😀',
    '..a',
    'a//b',
  ];
  test('verify with the path of the request line encoded once more', async () => {
    const verified: string[] = [];
    const server = createServer((request, response) => {
      const [path = '', query = ''] = request.url!.split('?');
      const [, day, region, names, sent] =
        /Credential=AK\/(\d+)\/([^/]+)\/connect\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
          request.headers.authorization!,
        )!;
      const raw = request.rawHeaders;
      const expected = signature(
        'secret',
        request.headers['x-amz-date'] as string,
        { date: day!, region: region!, service: 'connect' },
        {
          method: request.method!,
          path,
          query,
          headers: raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : [])),
          signedHeaders: names!.split(';'),
          payloadHash: sha256(''),
        },
      );
      if (expected === sent) verified.push(request.url!);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'secret' };
    const client = new ConnectClient({ region: 'us-east-1', endpoint, credentials });
    try {
      for (const id of ids)
        await client.send(
          new DeletePushNotificationRegistrationCommand({
            InstanceId: id,
            RegistrationId: id,
            ContactId: id,
          }),
        );
    } finally {
      client.destroy();
      server.close();
    }
    assert.equal(verified.length, ids.length);
    assert.ok(verified.includes('/push-notification/a%2Fb/registrations/a%2Fb?contactId=a%2Fb'));
  });
});

test('an encoded path is encoded again, and never decoded', () => {
  assert.equal(
    canonicalPath('/push-notification/a%2Fb/registrations'),
    '/push-notification/a%252Fb/registrations',
  );
  assert.equal(canonicalPath('//a/./b/../c//'), '/a/c/');
  assert.equal(canonicalPath('/..'), '/');
  assert.equal(canonicalPath('//a/./b/', false), '//a/./b/');
});

test('a query is sorted by encoded name, then value; a missing value is empty', () => {
  assert.equal(
    canonicalQuery('b=2&a=2&a=1&B&c=%C3%A9&d=%zz&e=a+b&&f=x=y'),
    'B=&a=1&a=2&b=2&c=%C3%A9&d=%25zz&e=a%2Bb&f=x%3Dy',
  );
  assert.equal(canonicalQuery(''), '');
});

test('headers are lower-cased, trimmed, folded and joined; a signed header that was not sent is empty', () => {
  const lines = [
    ['X-A', '  a   b '],
    ['x-a', 'c\r\n  d'],
    ['Other', 'x'],
  ] as const;
  assert.equal(canonicalHeaders(lines, ['x-a', 'x-none']), 'x-a:a b,c d\nx-none:\n');
});

test('a time is written without milliseconds', () => {
  assert.equal(amzDate(Date.UTC(2026, 10, 22, 19, 23, 12, 987)), '20261122T192312Z');
});

test('an error name is the part between # and :', () => {
  for (const value of ['X', 'X:http://a#b', 'com.amazon#X', 'com.amazon#X:http://a/', ' X '])
    assert.equal(errorName(value), 'X');
});
