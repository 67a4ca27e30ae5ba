// Sessions of the console: an access key that was shown once, then stands behind a cookie for some hours.
//
// A session is a text that the key's own secret proves, so any node that has the same settings takes it and none keeps it; it
// ends with the key, or when the key's secret changes. What it may do is looked up with every call, in the key.
// The shape: base64url of a JSON list, a dot, base64url of HMAC-SHA256 over that.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { AccessKey, FindAccessKey } from './access-keys.ts';

export interface Session {
  readonly id: string;
  readonly accessKeyId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A working day: nobody signs in twice, and a browser left open somewhere is closed by the evening. */
export const SESSION_MS = 8 * 3_600_000;

const VERSION = 1;

const proofOf = ({ secret }: AccessKey, payload: string): string =>
  createHmac('sha256', secret).update('chatpush console session\n').update(payload).digest('base64url');

/** A new session of a key, and the text that stands for it. */
export function beginSession(
  key: AccessKey,
  now: number,
): { readonly session: Session; readonly text: string } {
  const session = { id: randomUUID(), accessKeyId: key.id, expiresAt: now + SESSION_MS };
  const payload = Buffer.from(JSON.stringify([VERSION, session.id, key.id, session.expiresAt])).toString(
    'base64url',
  );
  return { session, text: `${payload}.${proofOf(key, payload)}` };
}

/** The session that a text stands for, with its key; undefined: it is not ours, was changed, has expired, or its key is gone. */
export function readSession(
  find: FindAccessKey,
  text: string,
  now: number,
): { readonly session: Session; readonly key: AccessKey } | undefined {
  const [payload, proof, rest] = text.split('.');
  if (payload === undefined || proof === undefined || rest !== undefined) return undefined;
  // The key is taken from what is not proved yet: that chooses whose secret must have made it, and nothing else.
  const session = parse(payload);
  const key = session && find(session.accessKeyId);
  if (session === undefined || key === undefined) return undefined;
  const [expected, given] = [Buffer.from(proofOf(key, payload)), Buffer.from(proof)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // One that lasts longer than any we begin comes from a clock that was ahead: it ends by ours.
  return now < session.expiresAt && session.expiresAt <= now + 2 * SESSION_MS ? { session, key } : undefined;
}

/** What a payload says; undefined: nothing that we would have written. */
function parse(payload: string): Session | undefined {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(said) || said.length !== 4) return undefined;
  const [version, id, accessKeyId, expiresAt] = said as unknown[];
  return version === VERSION &&
    typeof id === 'string' &&
    typeof accessKeyId === 'string' &&
    typeof expiresAt === 'number'
    ? { id, accessKeyId, expiresAt }
    : undefined;
}
