// Shared by the signature tests: keys, requests signed by the official signer, and a verifier with a fixed clock.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { ErrorName, HeaderLines } from '@chatpush/wire';
import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { createVerifySignature } from '../../src/auth/signature.ts';
import type { SignatureRules, Signer } from '../../src/auth/signature.ts';
import { ServiceError } from '../../src/service-error.ts';
import { signOfficially } from './official-signer.ts';
import type { SignedRequest, SigningOptions, ToSign } from './official-signer.ts';

export const NOW_MS = Date.UTC(2026, 10, 22, 19, 0, 0);
export const KEY = { id: 'AKIDTEST', secret: 'secret' };
export const TEMPORARY = { id: 'ASIATEST', secret: 'another secret', sessionToken: 'the token' };

export const accessKey = createAccessKeys([
  { ...KEY, instances: 'all' },
  { ...TEMPORARY, instances: 'all' },
]);

export function createVerify(rules: Partial<SignatureRules> = {}): (request: SignedRequest) => Signer {
  const verify = createVerifySignature({ accessKey, regions: 'any', now: () => NOW_MS, ...rules });
  return (request) => {
    const { signer, prove } = verify(request);
    prove(hash('sha256', request.body));
    return signer;
  };
}

const REQUEST: ToSign = {
  method: 'PUT',
  path: '/push-notification/i-1/registrations',
  headers: { 'Content-Type': 'application/json' },
  body: '{"DeviceToken":"token"}',
};
export const sign = (request: Partial<ToSign> = {}, options: Partial<SigningOptions> = {}) =>
  signOfficially({ ...REQUEST, ...request }, { key: KEY, signedAtMs: NOW_MS, ...options });

export function refused(
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

export const without = (headers: HeaderLines, ...names: string[]): HeaderLines =>
  headers.filter(([name]) => !names.includes(name.toLowerCase()));

export const withAuthorization = (
  request: SignedRequest,
  change: (authorization: string) => string,
): SignedRequest => ({
  ...request,
  headers: request.headers.map(([name, value]) => [name, name === 'authorization' ? change(value) : value]),
});
