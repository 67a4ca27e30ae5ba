import assert from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import { describe, test } from 'node:test';

import { amzDate, authorizationHeader, canonicalRequest, stringToSign } from '@chatpush/wire';
import type { ErrorName, HeaderLines } from '@chatpush/wire';
import * as fc from 'fast-check';

import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { createVerifySignature } from '../../src/auth/signature.ts';
import type { SignatureRules, Signer } from '../../src/auth/signature.ts';
import { deriveSigningKey } from '../../src/auth/signing-keys.ts';
import { ServiceError } from '../../src/service-error.ts';
import { signOfficially } from './official-signer.ts';
import type { SignedRequest, SigningOptions, ToSign } from './official-signer.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 19, 0, 0);
const MINUTE_MS = 60_000;
const KEY = { id: 'AKIDTEST', secret: 'secret' };
const TEMPORARY = { id: 'ASIATEST', secret: 'another secret', sessionToken: 'the token' };

const accessKey = createAccessKeys([
  { ...KEY, instances: 'all' },
  { ...TEMPORARY, instances: 'all' },
]);
function createVerify(rules: Partial<SignatureRules> = {}): (request: SignedRequest) => Signer {
  const verify = createVerifySignature({ accessKey, regions: 'any', now: () => NOW_MS, ...rules });
  return (request) => verify(request)(request.body);
}

const REQUEST: ToSign = {
  method: 'PUT',
  path: '/push-notification/i-1/registrations',
  headers: { 'Content-Type': 'application/json' },
  body: '{"DeviceToken":"token"}',
};
const sign = (request: Partial<ToSign> = {}, options: Partial<SigningOptions> = {}) =>
  signOfficially({ ...REQUEST, ...request }, { key: KEY, signedAtMs: NOW_MS, ...options });

function refused(
  request: SignedRequest,
  name: ErrorName,
  message: RegExp | string,
  rules?: Partial<SignatureRules>,
) {
  const verify = createVerify(rules);
  assert.throws(
    () => verify(request),
    (error) => {
      assert.ok(error instanceof ServiceError, String(error));
      assert.equal(error.name, name);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}

const without = (headers: HeaderLines, ...names: string[]): HeaderLines =>
  headers.filter(([name]) => !names.includes(name.toLowerCase()));

const withAuthorization = (
  request: SignedRequest,
  change: (authorization: string) => string,
): SignedRequest => ({
  ...request,
  headers: request.headers.map(([name, value]) => [name, name === 'authorization' ? change(value) : value]),
});

describe("the official signer's signature is good", () => {
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

  test('dated by a Date header where there is no x-amz-date', () => {
    const headers: HeaderLines = [
      ['Host', '127.0.0.1'],
      ['Date', new Date(NOW_MS).toUTCString()],
    ];
    const scope = { date: '20261122', region: 'us-east-1', service: 'connect' };
    const signedHeaders = ['date', 'host'];
    const payloadHash = hash('sha256', '');
    const canonical = canonicalRequest({
      method: 'GET',
      path: '/',
      query: '',
      headers,
      signedHeaders,
      payloadHash,
    });
    const signature = createHmac('sha256', deriveSigningKey(KEY.secret, scope))
      .update(stringToSign('20261122T190000Z', scope, hash('sha256', canonical)))
      .digest('hex');
    const authorization = authorizationHeader(KEY.id, scope, signedHeaders, signature);
    const signed: SignedRequest = {
      method: 'GET',
      target: '/',
      headers: [...headers, ['Authorization', authorization]],
      body: Buffer.alloc(0),
    };
    assert.equal(createVerify()(signed).key.id, KEY.id);
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
    const verify = createVerify({ accessKey: (id) => ({ id, secret, instances: 'all' }) });
    verify(await sign());
    secret = 'rotated';
    const rotated = await sign({}, { key: { id: KEY.id, secret } });
    assert.equal(verify(rotated).key.id, KEY.id);
    const stale = await sign();
    assert.throws(() => verify(stale), { name: 'InvalidSignatureException' });
  });
});

describe('the clock', () => {
  const at = (offsetMs: number) => amzDate(NOW_MS + offsetMs);
  test('a signature is good for five minutes either way, and the SDKs read why it is not', async () => {
    for (const offsetMs of [-5 * MINUTE_MS, 0, 5 * MINUTE_MS])
      assert.equal(createVerify()(await sign({}, { signedAtMs: NOW_MS + offsetMs })).key.id, KEY.id);
    const stale = -5 * MINUTE_MS - 1000;
    refused(
      await sign({}, { signedAtMs: NOW_MS + stale }),
      'InvalidSignatureException',
      `Signature expired: ${at(stale)} is now earlier than ${at(-5 * MINUTE_MS)} (${at(0)} - 5 min.)`,
    );
    const early = 5 * MINUTE_MS + 1000;
    refused(
      await sign({}, { signedAtMs: NOW_MS + early }),
      'InvalidSignatureException',
      `Signature not yet current: ${at(early)} is still later than ${at(5 * MINUTE_MS)} (${at(0)} + 5 min.)`,
    );
  });

  test('a presigned request is good until it says, and not before it was signed', async () => {
    const presign = (ageMs: number) => sign({}, { signedAtMs: NOW_MS - ageMs, expiresSeconds: 3600 });
    assert.equal(createVerify()(await presign(3_600_000)).key.id, KEY.id);
    refused(await presign(3_601_000), 'InvalidSignatureException', /^Signature expired: /);
    refused(await presign(-301_000), 'InvalidSignatureException', /^Signature not yet current: /);
  });

  test('a date that is none is refused as such', async () => {
    const signed = await sign();
    for (const date of [
      '',
      'yesterday',
      '2026-11-22T19:00:00Z',
      '20261322T190000Z',
      '20261122T250000Z',
      '20261122190000',
    ]) {
      const headers: HeaderLines = signed.headers.map(([name, value]) => [
        name,
        name === 'x-amz-date' ? date : value,
      ]);
      refused({ ...signed, headers }, 'IncompleteSignatureException', /^Date must be in ISO-8601/);
    }
  });
});

describe('the scope', () => {
  test('names this service, a region of ours, the day of the signature', async () => {
    const scoped = (options: Partial<SigningOptions>) => sign({}, options);
    refused(
      await scoped({ service: 's3' }),
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'connect'.",
    );
    refused(
      await scoped({ region: 'mars-1' }),
      'InvalidSignatureException',
      "Credential should be scoped to a valid Region, not 'mars-1'.",
      { regions: ['eu-central-1', 'us-east-1'] },
    );
    const signed = await sign();
    refused(
      withAuthorization(signed, (value) => value.replace('20261122', '20261121')),
      'InvalidSignatureException',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP',
    );
    refused(
      withAuthorization(signed, (value) => value.replace('aws4_request', 'aws3_request')),
      'InvalidSignatureException',
      "Credential should be scoped with a valid terminator: 'aws4_request'",
    );
    assert.equal(createVerify({ regions: ['us-east-1'] })(signed).region, 'us-east-1');
  });
});

describe('the key', () => {
  const UNKNOWN = 'The security token included in the request is invalid.';
  test('must be known, with the token it has or none', async () => {
    const keys = [
      { id: 'AKIDNOBODY', secret: 'secret' },
      { ...KEY, sessionToken: 'a token where there is none' },
      { ...TEMPORARY, sessionToken: 'another token' },
      { id: TEMPORARY.id, secret: TEMPORARY.secret },
    ];
    for (const key of keys) {
      refused(await sign({}, { key }), 'UnrecognizedClientException', UNKNOWN);
      refused(await sign({}, { key, expiresSeconds: 60 }), 'UnrecognizedClientException', UNKNOWN);
    }
  });

  test('of another secret gives another signature', async () => {
    for (const expiresSeconds of [undefined, 60])
      refused(
        await sign({}, { key: { id: KEY.id, secret: 'wrong' }, expiresSeconds }),
        'InvalidSignatureException',
        /^The request signature we calculated does not match the signature you provided\./,
      );
  });
});

describe('what must be signed', () => {
  test('host and every x-amz header', async () => {
    const signed = await sign();
    refused(
      withAuthorization(signed, (value) => value.replace('host;', '')),
      'InvalidSignatureException',
      "'Host' must be a 'SignedHeader' in the AWS Authorization.",
    );
    const added: HeaderLines = [
      ...signed.headers,
      ['X-Amz-Target', 'Other'],
      ['amz-sdk-request', 'attempt=1'],
    ];
    refused(
      { ...signed, headers: added },
      'InvalidSignatureException',
      'There were headers present in the request which were not signed: x-amz-target',
    );
    const unsigned: HeaderLines = [
      ...signed.headers,
      ['amz-sdk-request', 'attempt=1'],
      ['X-Amzn-Trace-Id', 'x'],
    ];
    assert.equal(createVerify()({ ...signed, headers: unsigned }).key.id, KEY.id);
  });

  test('the body, whose declared hash must be its own', async () => {
    const other = { ...(await sign()), body: Buffer.from('{"DeviceToken":"other"}') };
    refused(
      other,
      'InvalidSignatureException',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    for (const declared of [
      'UNSIGNED-PAYLOAD',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      '',
    ])
      refused(
        await sign({ headers: { 'x-amz-content-sha256': declared } }),
        'InvalidSignatureException',
        /unsigned and streamed bodies are not accepted/,
      );
    const presigned = await sign(
      { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      { expiresSeconds: 60 },
    );
    refused(presigned, 'InvalidSignatureException', /does not match/);
  });
});

describe('a signature that is not all there', () => {
  const cases: readonly [string, string | undefined, ErrorName, RegExp][] = [
    ['no header', undefined, 'MissingAuthenticationTokenException', /^Missing Authentication Token$/],
    ['an empty header', '', 'IncompleteSignatureException', /^Authorization header cannot be empty\.$/],
    [
      'another scheme',
      'Bearer token',
      'IncompleteSignatureException',
      /requires the algorithm AWS4-HMAC-SHA256/,
    ],
    [
      'another algorithm',
      'AWS4-ECDSA-P256-SHA256 Credential=a',
      'IncompleteSignatureException',
      /requires the algorithm/,
    ],
    ['only the algorithm', 'AWS4-HMAC-SHA256', 'IncompleteSignatureException', /missing equal-sign/],
    ['no equal sign', 'AWS4-HMAC-SHA256 Credential', 'IncompleteSignatureException', /missing equal-sign/],
    [
      'no parameter that is needed',
      'AWS4-HMAC-SHA256 X=1',
      'IncompleteSignatureException',
      /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\.$/,
    ],
    [
      'no scope',
      'AWS4-HMAC-SHA256 Credential=AKIDTEST, SignedHeaders=host, Signature=00',
      'IncompleteSignatureException',
      /^Credential must have at least 5 slash-delimited elements/,
    ],
  ];
  for (const [what, authorization, name, message] of cases)
    test(what, async () => {
      const signed = await sign();
      const headers = without(signed.headers, 'authorization');
      const added: HeaderLines =
        authorization === undefined ? headers : [...headers, ['Authorization', authorization]];
      refused({ ...signed, headers: added }, name, message);
    });

  test('no date', async () => {
    const signed = await sign();
    refused(
      { ...signed, headers: without(signed.headers, 'x-amz-date') },
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  });

  test('in the query: a part missing, doubled, out of range, or beside a header', async () => {
    const { headers, target, ...rest } = await sign({}, { expiresSeconds: 60 });
    const withTarget = (changed: string): SignedRequest => ({ ...rest, headers, target: changed });
    for (const name of ['Credential', 'Date', 'Expires', 'Signature', 'SignedHeaders'])
      refused(
        withTarget(target.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), '')),
        'IncompleteSignatureException',
        `The query requires 'X-Amz-${name}' parameter.`,
      );
    refused(withTarget(`${target}&X-Amz-Signature=00`), 'IncompleteSignatureException', /more than once/);
    refused(withTarget(`${target}&%58-Amz-Date=1`), 'IncompleteSignatureException', /more than once/);
    for (const seconds of ['0', '-1', '604801', '1e3', '1.5', 'x'])
      refused(
        withTarget(target.replace('X-Amz-Expires=60', `X-Amz-Expires=${seconds}`)),
        'IncompleteSignatureException',
        'X-Amz-Expires must be between 1 and 604800 seconds.',
      );
    refused(
      withTarget(target.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1')),
      'IncompleteSignatureException',
      'X-Amz-Algorithm must be AWS4-HMAC-SHA256.',
    );
    const both: HeaderLines = [...headers, ['Authorization', 'AWS4-HMAC-SHA256 Credential=a']];
    refused({ ...rest, headers: both, target }, 'IncompleteSignatureException', /not in both/);
  });
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

/** What the specification itself holds for equal: hex digits of a query in either case, white space in headers. */
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
