// Encrypts what must not be readable in the store, its backups and its logs: AES-256-GCM, a fresh nonce for each
// text (NIST SP 800-38D §8.2.2: random 96-bit nonces are safe for 2^32 texts under one key).
//
// A sealed text is `1.<key id>.<nonce>.<ciphertext and tag>`, in base64url. It can be decrypted only with the
// associated data it was encrypted with, so a credential that is copied to another application or channel in the
// store is useless there.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKey, SecretKeys } from './secret-keys.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Why a sealed text cannot be decrypted. `key`: its key is not available here. `damaged`: it, or its place, was
 * changed.
 */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly reason: 'key' | 'damaged';

  constructor(reason: 'key' | 'damaged', message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface Sealing {
  /** Encrypts under the first key. */
  seal(text: string, associated: string): string;
  /** Throws {@link SealError}. */
  open(sealed: string, associated: string): string;
  /** Whether it was encrypted under another key than the first. */
  isOld(sealed: string): boolean;
}

export function createSealing(keys: SecretKeys): Sealing {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [current] = keys;
  return {
    seal(text, associated) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, bytesOf(current), nonce).setAAD(Buffer.from(associated));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return ['1', current.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(sealed, associated) {
      const [version, id = '', nonce = '', text = ''] = sealed.split('.');
      if (version !== '1') throw new SealError('damaged', 'This is not a sealed text of a known version.');
      const key = byId.get(id);
      if (key === undefined)
        throw new SealError(
          'key',
          `It was encrypted under the key ${id}, which CHATPUSH_SECRET_KEY does not hold; add that key behind the present one, separated by a comma.`,
        );
      const bytes = Buffer.from(text, 'base64url');
      try {
        const decipher = createDecipheriv(ALGORITHM, bytesOf(key), Buffer.from(nonce, 'base64url'), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(Buffer.from(associated))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw Object.assign(
          new SealError(
            'damaged',
            'It cannot be decrypted: the text was changed, or moved from another application or channel.',
          ),
          { cause },
        );
      }
    },
    isOld: (sealed) => sealed.split('.')[1] !== current.id,
  };
}

const bytesOf = ({ bytes }: SecretKey): Buffer => Buffer.from(bytes.reveal(), 'base64');
