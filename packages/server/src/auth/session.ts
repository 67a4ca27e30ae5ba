// Sessions of the console: an access key that is shown once and then represented by a cookie for some hours.
//
// A session is a text authenticated with the key's own secret, so any node with the same settings accepts it and
// none stores it; it ends with the key, or when the key's secret changes. Its permissions are looked up in the key
// on every call. The format: base64url of a JSON list, a dot, base64url of HMAC-SHA256 over it.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { AccessKey, FindAccessKey } from './access-keys.ts';

export interface Session {
  readonly id: string;
  readonly accessKeyId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A working day: nobody has to sign in twice, and a forgotten browser is signed out by the evening. */
export const SESSION_MS = 8 * 3_600_000;

const VERSION = 1;

const proofOf = ({ secret }: AccessKey, payload: string): string =>
  createHmac('sha256', secret).update('chatpush console session\n').update(payload).digest('base64url');

/** A new session of a key, and the text that represents it. */
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

/**
 * The session that a text represents, with its key; undefined: it is not ours, was changed, has expired, or its key
 * is gone.
 */
export function readSession(
  find: FindAccessKey,
  text: string,
  now: number,
): { readonly session: Session; readonly key: AccessKey } | undefined {
  const [payload, proof, rest] = text.split('.');
  if (payload === undefined || proof === undefined || rest !== undefined) return undefined;
  // The key is read before it is proven: it only selects the secret that must have created the session.
  const session = parse(payload);
  const key = session && find(session.accessKeyId);
  if (session === undefined || key === undefined) return undefined;
  const [expected, given] = [Buffer.from(proofOf(key, payload)), Buffer.from(proof)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // A session that lasts longer than any we issue comes from a clock that was ahead: it ends by ours.
  return now < session.expiresAt && session.expiresAt <= now + 2 * SESSION_MS ? { session, key } : undefined;
}

/** What a payload says; undefined: we would not have written it. */
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
