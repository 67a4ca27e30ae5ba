// Signing keys: deriving one from a secret takes four HMACs per day, region and service, so the last ones are kept.
import { createHmac } from 'node:crypto';

import { scopeText, signingKeyChain } from '@chatpush/wire';
import type { Scope } from '@chatpush/wire';

import type { AccessKey } from './access-keys.ts';
import { createHmacSha256 } from './hmac-sha256.ts';

type SecretKey = Pick<AccessKey, 'id' | 'secret'>;

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export const deriveSigningKey = (secret: string, scope: Scope): Buffer =>
  signingKeyChain(scope).reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));

/** Returns the signature of a text in hex. */
export type Sign = (text: string) => string;

export interface SigningKeys {
  get(key: SecretKey, scope: Scope): Sign;
  /** Call it once a signature is verified: only then is a key worth keeping. */
  keep(key: SecretKey, scope: Scope, sign: Sign): void;
}

/** The `capacity` signing keys used last. Callers without a valid signature can neither fill nor clear it. */
export function createSigningKeys(capacity = 1000): SigningKeys {
  const kept = new Map<string, { secret: string; sign: Sign }>();
  const name = (key: SecretKey, scope: Scope) => `${key.id}/${scopeText(scope)}`;
  return {
    get(key, scope) {
      const entry = kept.get(name(key, scope));
      return entry?.secret === key.secret
        ? entry.sign
        : createHmacSha256(deriveSigningKey(key.secret, scope));
    },
    keep(key, scope, sign) {
      const id = name(key, scope);
      // As in token-buckets.ts: the order matters only near the limit.
      if (kept.size > capacity / 2) kept.delete(id);
      kept.set(id, { secret: key.secret, sign });
      if (kept.size <= capacity) return;
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    },
  };
}
