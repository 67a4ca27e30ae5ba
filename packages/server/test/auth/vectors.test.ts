// AWS's published vectors of Signature Version 4 (awslabs/aws-c-auth), if they are present: their signed requests are valid here.
// The project does not include them; CHATPUSH_SIGV4_VECTORS is their folder.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createVerifySignature } from '../../src/auth/signature.ts';
import type { SignedRequest } from './official-signer.ts';
import { EVERYTHING } from './everything.ts';

const folder = process.env['CHATPUSH_SIGV4_VECTORS'] ?? '../shared/vectors/sigv4';
const skip = existsSync(folder) ? false : `no vectors in ${folder}`;

interface Context {
  readonly credentials: { access_key_id: string; secret_access_key: string; token?: string };
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly omit_session_token?: boolean;
}

const contextOf = (name: string): Context =>
  JSON.parse(readFileSync(join(folder, name, 'context.json'), 'utf8')) as Context;

function parseRequest(text: string): SignedRequest {
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, end).split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(first) ?? [];
  const headers: [string, string][] = [];
  for (const line of lines) {
    // A folded line continues the previous one, as HTTP once allowed.
    if (/^\s/.test(line)) headers.at(-1)![1] += `\n${line}`;
    else headers.push([line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
  }
  return { method, target, headers, body: Buffer.from(text.slice(end + 2)) };
}

const names = skip === false ? readdirSync(folder).filter((name) => !/^[A-Z]/.test(name)) : ['vectors'];

for (const name of names)
  test(`AWS's vector ${name} is valid as AWS signed it`, { skip }, () => {
    const { credentials, region, service, timestamp, omit_session_token: isTokenAdded } = contextOf(name);
    const verifySignature = createVerifySignature({
      accessKey: (id) =>
        id === credentials.access_key_id
          ? { id, secret: credentials.secret_access_key, sessionToken: credentials.token, ...EVERYTHING }
          : undefined,
      regions: [region],
      now: () => Date.parse(timestamp),
    });
    const verify = (request: SignedRequest) => {
      const { signer, prove } = verifySignature({ ...request, service });
      prove(hash('sha256', request.body));
      return signer;
    };
    for (const form of ['header', 'query']) {
      const request = parseRequest(readFileSync(join(folder, name, `${form}-signed-request.txt`), 'utf8'));
      // Adding to a signed query changes the request; an added header need not be signed.
      if (isTokenAdded && form === 'query')
        assert.throws(() => verify(request), { name: 'InvalidSignatureException' });
      else assert.equal(verify(request).key.id, credentials.access_key_id, form);
    }
  });
