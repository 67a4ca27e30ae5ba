// AWS's published signing vectors, compared stage by stage. They are read from a folder beside the repository, where CI provides
// them.
// https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { authorizationHeader, canonicalRequest, signingKeyChain, stringToSign } from '@chatpush/wire';
import type { HeaderLines, Scope } from '@chatpush/wire';

const VECTORS = new URL('../../../../shared/vectors/sigv4/', import.meta.url);

interface Context {
  readonly credentials: {
    readonly access_key_id: string;
    readonly secret_access_key: string;
    readonly token?: string;
  };
  readonly normalize: boolean;
  readonly region: string;
  readonly service: string;
  readonly sign_body: boolean;
  readonly timestamp: string;
  readonly omit_session_token?: boolean;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `request.txt`: request line, header lines (an indented one continues the last), an empty line, the body. */
function parseRequest(text: string) {
  const [head = '', body = ''] = text.split(/\n\n(.*)/s);
  const [requestLine = '', ...lines] = head.replace(/\n[ \t]+/g, ' ').split('\n');
  const [, method = '', target = ''] = /^(\w+) (.*) HTTP\/1\.1$/.exec(requestLine.trimEnd()) ?? [];
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const headers: HeaderLines = lines
    .filter((line) => line.trim() !== '')
    .map((line): readonly [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]);
  return { method, path, query, headers, body };
}

const cases = existsSync(VECTORS)
  ? readdirSync(VECTORS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];

describe(
  'published SigV4 vectors',
  { skip: cases.length === 0 && 'the folder with the vectors is missing' },
  () => {
    for (const { name } of cases)
      test(name, () => {
        const read = (file: string): string =>
          readFileSync(new URL(`${name}/${file}`, VECTORS), 'utf8').replace(/\r/g, '');
        const context = JSON.parse(read('context.json')) as Context;
        const { credentials, region, service } = context;
        const request = parseRequest(read('request.txt'));
        const amzDate = context.timestamp.replace(/[-:]/g, '');
        const scope: Scope = { date: amzDate.slice(0, 8), region, service };
        const payloadHash = sha256(request.body);
        const headers: HeaderLines = [
          ...request.headers,
          ['X-Amz-Date', amzDate],
          ...(context.sign_body ? [['x-amz-content-sha256', payloadHash] as const] : []),
          ...(credentials.token !== undefined && context.omit_session_token !== true
            ? [['X-Amz-Security-Token', credentials.token] as const]
            : []),
        ];
        const signedHeaders = [...new Set(headers.map(([name]) => name.toLowerCase()))].sort();

        const canonical = canonicalRequest({
          ...request,
          headers,
          signedHeaders,
          payloadHash,
          normalizePath: context.normalize,
        });
        assert.equal(canonical, read('header-canonical-request.txt'));

        const text = stringToSign(amzDate, scope, sha256(canonical));
        assert.equal(text, read('header-string-to-sign.txt'));

        const key = signingKeyChain(scope).reduce<string | Buffer>(
          (key, message) => createHmac('sha256', key).update(message).digest(),
          `AWS4${credentials.secret_access_key}`,
        );
        const signature = createHmac('sha256', key).update(text).digest('hex');
        assert.equal(signature, read('header-signature.txt').trim());

        const header = authorizationHeader(
          credentials.access_key_id,
          scope,
          signedHeaders.join(';'),
          signature,
        );
        const published = /^Authorization:\s*(.*)$/im.exec(read('header-signed-request.txt'))?.[1];
        assert.equal(header, published);
      });

    test('all published vectors are present', () => assert.equal(cases.length, 38));
  },
);
