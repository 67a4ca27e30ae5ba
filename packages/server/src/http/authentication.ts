// How a call proves who makes it: by a signature, a bearer key, a console session, or a participant's token,
// depending on its operation. Each works in two steps, so that no body is kept in memory for strangers: first what
// the head shows, then the rest with the body.
import type { IncomingMessage } from 'node:http';
import type { HeaderLines, Operation } from '@chatpush/wire';
import type { VerifyBearer } from '../auth/bearer.ts';
import type { Proof, VerifySignature } from '../auth/signature.ts';
import type { Caller } from '../operations/handlers.ts';
import type { Participant, TokenKind } from '../operations/participant-token.ts';
import { ServiceError } from '../service-error.ts';

export type Identity =
  | { readonly caller: Caller; readonly region: string }
  | { readonly participant: Participant };

/** The caller that the head claims. Trust it only once `prove` has not thrown; without it, the head is proof enough. */
export interface Claim {
  readonly identity: Identity;
  /** By the SHA-256 of the body, in lower-case hex. */
  readonly prove?: (bodyHash: string) => Proof;
}

/** Throws the error with which an unproven call is answered. */
export type Authenticate = (request: IncomingMessage, target: string, operation: Operation) => Claim;

/** The holder of a participant's token of a kind; undefined: nobody. */
export type FindParticipant = (token: string, kind: TokenKind) => Participant | undefined;

/**
 * The caller of a console session; undefined: the request has no session. Throws if the session must not be
 * accepted.
 */
export type FindSession = (request: IncomingMessage) => Caller | undefined;

const KIND = { 'participant-token': 'participant', 'connection-token': 'connection' } as const;

export function createAuthenticate(options: {
  readonly verifySignature: VerifySignature;
  readonly verifyBearer: VerifyBearer;
  readonly findParticipant: FindParticipant;
  readonly findSession: FindSession;
}): Authenticate {
  return (request, target, operation) => {
    if (operation.auth !== undefined) {
      // AWS SDKs sign these too, for `execute-api` and with whatever keys they have; chatjs signs with empty ones.
      // The documentation says that the Participant Service does not use signatures.
      const token = request.headers['x-amz-bearer'];
      const participant =
        typeof token === 'string' ? options.findParticipant(token, KIND[operation.auth]) : undefined;
      if (participant === undefined) throw new ServiceError('AccessDeniedException', 'Access denied');
      return { identity: { participant } };
    }
    // Browsers send cookies with every request; a caller that signs means the signature.
    const isSigned = request.headers.authorization !== undefined || /[?&]X-Amz-Signature=/.test(target);
    const caller = isSigned ? options.verifyBearer(request, operation) : options.findSession(request);
    // A session has no region; the ARN in a refusal leaves it out.
    if (caller !== undefined) return { identity: { caller, region: '' } };
    const { signer, prove } = options.verifySignature({
      method: request.method ?? '',
      target,
      headers: headerLines(request),
      service: operation.service,
    });
    const { id: accessKeyId, instances, actions, applications } = signer.key;
    return {
      identity: { caller: { accessKeyId, instances, actions, applications }, region: signer.region },
      prove,
    };
  };
}

/**
 * Tokens, bearer keys and sessions are secrets in the head, which prove the whole call. Their callers have no
 * signer but a form's way of writing queries (`URLSearchParams`, `urllib`, `curl --data-urlencode`), where `+` is a
 * space.
 */
export const PROVEN_BY_HEAD: Proof = { plusIsSpace: true };

/** Header lines as they were sent: Node's own table joins some repeated ones and drops others. */
function headerLines({ rawHeaders }: IncomingMessage): HeaderLines {
  const lines: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return lines;
}
