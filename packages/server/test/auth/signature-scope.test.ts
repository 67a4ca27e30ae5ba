// The time, scope and key for which a signature is valid, and the parts of the request that it must cover.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { amzDate } from '@chatpush/wire';
import type { HeaderLines } from '@chatpush/wire';
import type { SigningOptions } from './official-signer.ts';
import { KEY, NOW_MS, TEMPORARY, createVerify, refused, sign, withAuthorization } from './signed-requests.ts';

const MINUTE_MS = 60_000;

describe('the clock', () => {
  const at = (offsetMs: number) => amzDate(NOW_MS + offsetMs);
  test('a signature is valid for five minutes either way, and the SDKs understand why it is refused', async () => {
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

  test('a presigned request is valid until its expiry, and not before it was signed', async () => {
    const presign = (ageMs: number) => sign({}, { signedAtMs: NOW_MS - ageMs, expiresSeconds: 3600 });
    assert.equal(createVerify()(await presign(3_600_000)).key.id, KEY.id);
    refused(await presign(3_601_000), 'InvalidSignatureException', /^Signature expired: /);
    refused(await presign(-301_000), 'InvalidSignatureException', /^Signature not yet current: /);
  });

  test('an invalid date is refused as an invalid date', async () => {
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
  test('names this service, a configured region and the day of the signature', async () => {
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
  test('must be known, with its own session token or none', async () => {
    const keys = [
      { id: 'AKIDNOBODY', secret: 'secret' },
      { ...KEY, sessionToken: 'an unexpected token' },
      { ...TEMPORARY, sessionToken: 'another token' },
      { id: TEMPORARY.id, secret: TEMPORARY.secret },
    ];
    for (const key of keys) {
      refused(await sign({}, { key }), 'UnrecognizedClientException', UNKNOWN);
      refused(await sign({}, { key, expiresSeconds: 60 }), 'UnrecognizedClientException', UNKNOWN);
    }
  });

  test('with another secret gives another signature', async () => {
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
