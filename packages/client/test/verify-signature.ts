// Verifies a Signature Version 4 from the bytes of a request with node:crypto, without wire's functions: a shared misreading of
// the spec would pass every test.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { RecordedRequest } from './recording-server.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const encoded = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

/** Asserts that a request is signed with this secret, and returns the names of the signed headers. */
export function assertSigned(request: RecordedRequest, secretAccessKey: string): string[] {
  const authorization = request.headers.authorization ?? '';
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  assert.ok(parts, `not an Authorization header: ${authorization}`);
  const [, , date, region, service, names, signature] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  assert.equal(service, 'connect');
  const bodyHash = sha256(request.body);
  assert.equal(request.headers['x-amz-content-sha256'] ?? bodyHash, bodyHash);
  const amzDate = request.headers['x-amz-date'] as string;
  assert.equal(amzDate.slice(0, 8), date);

  const [path, query = ''] = request.target.split('?') as [string, string?];
  const signedNames = names.split(';');
  const canonical = [
    request.method,
    `/${path
      .split('/')
      .filter((segment) => segment !== '')
      .map(encoded)
      .join('/')}`,
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) =>
        pair
          .split('=', 2)
          .map((part) => encoded(decodeURIComponent(part)))
          .join('='),
      )
      .sort()
      .join('&'),
    ...signedNames.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    bodyHash,
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    amzDate,
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonical),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  assert.equal(signature, hmac(key, text).toString('hex'), `signature of\n${canonical}`);
  return signedNames;
}
