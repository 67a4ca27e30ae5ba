// Hashes of rows, for hashed-index.ts: integers of 48 bits with their sign.
import { hash } from 'node:crypto';

const DIGITS = 12;

/** Of at least 12 hexadecimal digits, which are a hash already. */
export const hexHash = (digits: string): number => Number.parseInt(digits.slice(0, DIGITS), 16) - 2 ** 47;

/** The first 48 bits of its SHA-256. */
export function textHash(text: string): number {
  const bytes = hash('sha256', text, 'latin1');
  let value = 0;
  for (let at = 0; at < DIGITS / 2; at++) value = value * 256 + bytes.charCodeAt(at);
  return value - 2 ** 47;
}
