// Signing keys: deriving one from a secret takes four HMACs per day, region and service, so the last ones are kept.
import { createHmac } from 'node:crypto';

import { scopeText, signingKeyChain } from '@chatpush/wire';
import type { Scope } from '@chatpush/wire';

import type { AccessKey } from './access-keys.ts';

type SecretKey = Pick<AccessKey, 'id' | 'secret'>;

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export const deriveSigningKey = (secret: string, scope: Scope): Buffer =>
  signingKeyChain(scope).reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));

export interface SigningKeys {
  get(key: SecretKey, scope: Scope): Buffer;
  /** Call it once a signature is verified: only then is a key worth keeping. */
  keep(key: SecretKey, scope: Scope, signingKey: Buffer): void;
}

/** The `capacity` signing keys used last. Callers without a valid signature can neither fill nor clear it. */
export function createSigningKeys(capacity = 1000): SigningKeys {
  const kept = new Map<string, { secret: string; signingKey: Buffer }>();
  const name = (key: SecretKey, scope: Scope) => `${key.id}/${scopeText(scope)}`;
  return {
    get(key, scope) {
      const entry = kept.get(name(key, scope));
      return entry?.secret === key.secret ? entry.signingKey : deriveSigningKey(key.secret, scope);
    },
    keep(key, scope, signingKey) {
      const id = name(key, scope);
      kept.delete(id);
      kept.set(id, { secret: key.secret, signingKey });
      if (kept.size <= capacity) return;
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    },
  };
}
