// The keys that encrypt credentials in the store: the first encrypts, all decrypt.
//
// Rotation: put the new key in front of the old one, run `chatpush rekey`, then remove the old one.
import { hash, randomBytes } from 'node:crypto';
import { Secret } from '../config/secret.ts';

/** AES-256. */
const KEY_BYTES = 32;

export interface SecretKey {
  /** Identifies the key in sealed texts; reveals nothing about it. */
  readonly id: string;
  readonly bytes: Secret;
}

/** In the order in which they are written; never empty. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

/** Thrown with a sentence for people, which quotes nothing of the keys. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
}

export const HOW_TO_MAKE_A_KEY = 'make one with "openssl rand -base64 32"';

/** Reads keys, each 32 bytes in base64 or hexadecimal, separated by commas or line breaks. Throws SecretKeyError. */
export function parseSecretKeys(text: string): SecretKeys {
  const [first, ...rest] = text
    .split(/[\n,]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseSecretKey);
  if (first === undefined) throw new SecretKeyError(`contains no key; ${HOW_TO_MAKE_A_KEY}`);
  return [first, ...rest];
}

function parseSecretKey(text: string): SecretKey {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[\w+/-]+={0,2}$/.test(text)
      ? Buffer.from(text, 'base64')
      : undefined;
  if (bytes?.length !== KEY_BYTES)
    throw new SecretKeyError(
      `holds something that is not a key: a key is ${KEY_BYTES} bytes in base64 or hexadecimal; ${HOW_TO_MAKE_A_KEY}`,
    );
  const base64 = bytes.toString('base64');
  return { id: hash('sha256', `chatpush key id ${base64}`).slice(0, 8), bytes: new Secret(base64) };
}

export const createSecretKeyText = (): string => randomBytes(KEY_BYTES).toString('base64');
