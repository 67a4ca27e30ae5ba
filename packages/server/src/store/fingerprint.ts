// What a ClientToken stands for: the same parameters give the same fingerprint, in whatever order they were written.
import { hash } from 'node:crypto';

/** Raise it when defaults or the meaning of a parameter change: tokens from before then count as used otherwise. */
const VERSION = 1;

/** SHA-256 (hex) over parameters after defaults; members that are undefined count as absent. */
export const fingerprint = (parameters: object): string =>
  hash('sha256', `${VERSION}\n${JSON.stringify(parameters, inOrder)}`, 'hex');

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
