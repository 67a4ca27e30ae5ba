// Participant tokens: what proves to the Participant Service that its holder is a participant of a contact; and connection
// tokens, for which they are exchanged. One is never taken for the other.
//
// It is derived from what it says, so a repeated call gives the same one and the store keeps none of them.
// The shape is ours (Amazon's is opaque): base64url of a JSON list, a dot, base64url of HMAC-SHA256 over that.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Participant {
  readonly instanceId: string;
  readonly contactId: string;
  readonly participantId: string;
  readonly role: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type TokenKind = 'participant' | 'connection';

const VERSION = 1;

const mac = (key: Uint8Array, kind: TokenKind, payload: string): Buffer =>
  createHmac('sha256', key).update(`chatpush ${kind} token\n`).update(payload).digest();

/** At most 1,000 characters, which is what Amazon's SDKs accept, for contact ids of up to 256 bytes. */
export function participantToken(key: Uint8Array, of: Participant, kind: TokenKind = 'participant'): string {
  const said = [VERSION, of.instanceId, of.contactId, of.participantId, of.role, of.expiresAt];
  const payload = Buffer.from(JSON.stringify(said)).toString('base64url');
  return `${payload}.${mac(key, kind, payload).toString('base64url')}`;
}

/** Who holds the token; undefined: it is not ours, of the other kind, was changed, or has expired. */
export function readParticipantToken(
  key: Uint8Array,
  token: string,
  now: number,
  kind: TokenKind = 'participant',
): Participant | undefined {
  const [payload, proof, rest] = token.split('.');
  if (payload === undefined || proof === undefined || rest !== undefined) return undefined;
  const expected = mac(key, kind, payload);
  const given = Buffer.from(proof, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // Whoever made the proof made the payload, so it has this shape.
  const [version, instanceId, contactId, participantId, role, expiresAt] = JSON.parse(
    Buffer.from(payload, 'base64url').toString(),
  ) as [number, string, string, string, string, number];
  if (version !== VERSION || now >= expiresAt) return undefined;
  return { instanceId, contactId, participantId, role, expiresAt };
}
