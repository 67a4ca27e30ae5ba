// Valid signatures: whatever the AWS SDKs' own signer produces for a request, and no signature of a different request.
import assert from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { authorizationHeader, canonicalRequest, stringToSign } from '@chatpush/wire';
import type { HeaderLines } from '@chatpush/wire';
import * as fc from 'fast-check';
import { deriveSigningKey } from '../../src/auth/signing-keys.ts';
import { ServiceError } from '../../src/service-error.ts';
import type { SignedRequest } from './official-signer.ts';
import {
  KEY,
  NOW_MS,
  TEMPORARY,
  accessKey,
  createVerify,
  refused,
  sign,
  withAuthorization,
} from './signed-requests.ts';
import { EVERYTHING } from './everything.ts';

describe("the official signer's signature is valid", () => {
  test('in headers and in a presigned query, for any path, query, header and body', async () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/^\.{1,2}$/.test(text));
    const printable = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    const verify = createVerify();
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9 _-]{0,8}$/), fc.string({ unit: 'grapheme' }), {
          maxKeys: 4,
        }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}-[a-z]{1,8}$/), printable, { maxKeys: 4 }),
        fc.string({ unit: 'grapheme' }),
        fc.option(fc.integer({ min: 1, max: 604_800 }), { nil: undefined }),
        async (segments, strictly, query, headers, body, expiresSeconds) => {
          const encode = (text: string) =>
            strictly
              ? encodeURIComponent(text).replace(
                  /[!'()*]/g,
                  (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
                )
              : encodeURIComponent(text);
          const path = `/${segments.map(encode).join('/')}`;
          const signed = await sign({ path, query, headers, body }, { expiresSeconds });
          assert.deepEqual(verify(signed), { key: accessKey(KEY.id), region: 'us-east-1' });
        },
      ),
      { seed: 20261122, numRuns: 300 },
    );
  });

  test('of a body whose hash no header declares, as boto3 sends it', async () => {
    const signed = await sign({}, { declareBodyHash: false });
    assert.ok(!signed.headers.some(([name]) => name === 'x-amz-content-sha256'));
    assert.equal(createVerify()(signed).key.id, KEY.id);
    refused({ ...signed, body: Buffer.from('{}') }, 'InvalidSignatureException', /does not match/);
  });

  test('with an empty segment in the path, which the signer collapses and the request line keeps', async () => {
    const signed = await sign({ path: '/push-notification//registrations' });
    assert.equal(createVerify()(signed).key.id, KEY.id);
  });

  test('dated by a Date header if there is no x-amz-date', () => {
    assert.equal(createVerify()(signedByHand(['date', 'host'])).key.id, KEY.id);
  });

  test('of temporary credentials, with their token', async () => {
    assert.equal(createVerify()(await sign({}, { key: TEMPORARY })).key.id, TEMPORARY.id);
    const presigned = await sign({}, { key: TEMPORARY, expiresSeconds: 60 });
    assert.equal(createVerify()(presigned).key.id, TEMPORARY.id);
  });

  test('without spaces between the parts of the Authorization header', async () => {
    const signed = withAuthorization(await sign(), (value) => value.replaceAll(', ', ','));
    assert.equal(createVerify()(signed).key.id, KEY.id);
  });

  test('again after the secret behind its id has changed', async () => {
    let secret = KEY.secret;
    const verify = createVerify({ accessKey: (id) => ({ id, secret, ...EVERYTHING }) });
    verify(await sign());
    secret = 'rotated';
    const rotated = await sign({}, { key: { id: KEY.id, secret } });
    assert.equal(verify(rotated).key.id, KEY.id);
    const stale = await sign();
    assert.throws(() => verify(stale), { name: 'InvalidSignatureException' });
  });
});

/** A GET request with the headers Host and Date. */
function signedByHand(signedHeaders: readonly string[]): SignedRequest {
  const headers: HeaderLines = [
    ['Host', '127.0.0.1'],
    ['Date', new Date(NOW_MS).toUTCString()],
  ];
  const scope = { date: '20261122', region: 'us-east-1', service: 'connect' };
  const canonical = canonicalRequest({
    method: 'GET',
    path: '/',
    query: '',
    headers,
    signedHeaders,
    payloadHash: hash('sha256', ''),
  });
  const signature = createHmac('sha256', deriveSigningKey(KEY.secret, scope))
    .update(stringToSign('20261122T190000Z', scope, hash('sha256', canonical)))
    .digest('hex');
  const authorization = authorizationHeader(KEY.id, scope, signedHeaders.join(';'), signature);
  return {
    method: 'GET',
    target: '/',
    headers: [...headers, ['Authorization', authorization]],
    body: Buffer.alloc(0),
  };
}

// The name of a header of 15 KB, 8,000 times, made a text of 120 MB to be hashed.
test('a header that is signed twice is read once, so the signature does not match', () => {
  refused(signedByHand(['date', 'host', 'host']), 'InvalidSignatureException', /does not match/);
});

test('a change of any one part of a signed request is refused', async () => {
  const verify = createVerify();
  const change = fc.constantFrom('method', 'target', 'header', 'body', 'signature');
  const presigned = fc.boolean();
  await fc.assert(
    fc.asyncProperty(
      change,
      presigned,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (part, isPresigned, seed, bits) => {
        const signed = await sign(
          { query: { contactId: 'c 1', other: 'x' } },
          isPresigned ? { expiresSeconds: 60 } : {},
        );
        const flip = (text: string): string => {
          const bytes = Buffer.from(text, 'latin1');
          bytes[seed % bytes.length]! ^= bits;
          return bytes.toString('latin1');
        };
        const signedNames = new Set(['host', 'content-type', 'x-amz-date', 'x-amz-content-sha256']);
        const names = signed.headers
          .map(([name]) => name.toLowerCase())
          .filter((name) => signedNames.has(name));
        const chosen = names[seed % names.length]!;
        const changed: SignedRequest = {
          method: part === 'method' ? flip(signed.method) : signed.method,
          target: part === 'target' ? flip(signed.target) : signed.target,
          headers: signed.headers.map(([name, value]) => [
            name,
            part === 'header' && name.toLowerCase() === chosen ? flip(value) : value,
          ]),
          body: part === 'body' ? Buffer.from(flip(signed.body.toString('latin1')), 'latin1') : signed.body,
        };
        if (part === 'signature') {
          const replaceLast = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
          const target = changed.target.replace(/(X-Amz-Signature=[0-9a-f]+)/, replaceLast);
          const tampered = withAuthorization({ ...changed, target }, replaceLast);
          assert.throws(() => verify(tampered), ServiceError);
          return;
        }
        if (isSame(changed, signed)) return;
        assert.throws(() => verify(changed), ServiceError, JSON.stringify([changed.target, changed.headers]));
      },
    ),
    { seed: 20261122, numRuns: 2000 },
  );
});

/** Differences that the specification treats as equal: the case of hex digits in a query, white space in headers. */
function isSame(a: SignedRequest, b: SignedRequest): boolean {
  const plain = ({ method, target, headers, body }: SignedRequest) =>
    JSON.stringify([
      method,
      target.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()),
      headers.map(([name, value]) => [name, value.trim().replace(/\s+/g, ' ')]),
      body.toString('latin1'),
    ]);
  return plain(a) === plain(b);
}
