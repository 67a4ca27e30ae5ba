// Participant tokens, which prove to the Participant Service that their holder is a participant of a contact; and
// connection tokens, for which they are exchanged. One is never accepted as the other.
//
// A token is derived from what it says, so a repeated call returns the same one and the store keeps none. The
// format is ours (Amazon's is opaque): base64url of a JSON list, a dot, base64url of HMAC-SHA256 over it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { firstUnits } from '../contact/text.ts';
import { ServiceError } from '../service-error.ts';

export interface Participant {
  readonly instanceId: string;
  readonly contactId: string;
  readonly participantId: string;
  readonly role: string;
  /** As given when the participant was created; absent: none was given. */
  readonly displayName?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type TokenKind = 'participant' | 'connection';

/** The key for an instance's tokens, at least 32 bytes, the same on every node; undefined: it has none. */
export type ParticipantKeys = (instanceId: string) => Uint8Array | undefined;

const VERSION = 1;

/** Throws AccessDeniedException if the instance has none. Call it before anything is written. */
export function participantKey(keys: ParticipantKeys, instanceId: string): Uint8Array {
  const key = keys(instanceId);
  if (key === undefined)
    throw new ServiceError(
      'AccessDeniedException',
      `No access key may start or join chats of the instance ${instanceId}, so it has no participant tokens: list it under "instances" of an access key.`,
    );
  return key;
}

const proofOf = (key: Uint8Array, kind: TokenKind, payload: string): string =>
  createHmac('sha256', key).update(`chatpush ${kind} token\n`).update(payload).digest('base64url');

/** The maximum that Amazon's SDKs accept. */
export const MAX_TOKEN = 1_000;

/** Without a name at most 1,000 characters, for contact ids of up to 256 bytes. */
export function participantToken(key: Uint8Array, of: Participant, kind: TokenKind = 'participant'): string {
  const payload = payloadOf(of);
  return `${payload}.${proofOf(key, kind, payload)}`;
}

function payloadOf(of: Participant): string {
  const said: unknown[] = [VERSION, of.instanceId, of.contactId, of.participantId, of.role, of.expiresAt];
  if (of.displayName !== undefined) said.push(of.displayName);
  return Buffer.from(JSON.stringify(said)).toString('base64url');
}

/** Of 32 bytes in base64url, with the dot before it. */
const PROOF_LENGTH = 44;

/** The participant with as much of its name as fits into its token. */
export function withNameThatFits(of: Participant): Participant {
  const { displayName = '', ...nameless } = of;
  const fits = (participant: Participant): boolean =>
    payloadOf(participant).length + PROOF_LENGTH <= MAX_TOKEN;
  for (let units = displayName.length; units > 0; units--) {
    const named = { ...nameless, displayName: firstUnits(displayName, units) };
    if (fits(named)) return named;
  }
  return nameless;
}

/** The holder of the token; undefined: it is not ours, is of the other kind, was changed, or has expired. */
export function readParticipantToken(
  keys: ParticipantKeys,
  token: string,
  now: number,
  kind: TokenKind = 'participant',
): Participant | undefined {
  const [payload, proof, rest] = token.split('.');
  if (payload === undefined || proof === undefined || rest !== undefined) return undefined;
  // The instance is read before it is proven: it only selects the key that must have created the token.
  const participant = parse(payload);
  if (participant === undefined) return undefined;
  const key = keys(participant.instanceId);
  if (key === undefined) return undefined;
  // Compares the text itself: decoded, one proof could be written in several ways, such as with a trailing `=`.
  const expected = Buffer.from(proofOf(key, kind, payload));
  const given = Buffer.from(proof);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return now < participant.expiresAt ? participant : undefined;
}

/** What a payload says; undefined: we would not have written it. */
function parse(payload: string): Participant | undefined {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(said) || (said.length !== 6 && said.length !== 7)) return undefined;
  const [version, instanceId, contactId, participantId, role, expiresAt, displayName] = said as unknown[];
  return version === VERSION &&
    typeof instanceId === 'string' &&
    typeof contactId === 'string' &&
    typeof participantId === 'string' &&
    typeof role === 'string' &&
    typeof expiresAt === 'number' &&
    (displayName === undefined || typeof displayName === 'string')
    ? {
        instanceId,
        contactId,
        participantId,
        role,
        expiresAt,
        ...(displayName !== undefined && { displayName }),
      }
    : undefined;
}
