// Hashes of rows, for hashed-index.ts: integers of 48 bits with their sign.
import { hash } from 'node:crypto';

const DIGITS = 12;

/** Of at least 12 hexadecimal digits, which are a hash already. */
export const hexHash = (digits: string): number => Number.parseInt(digits.slice(0, DIGITS), 16) - 2 ** 47;

export const textHash = (text: string): number => hexHash(hash('sha256', text, 'hex'));
