// Who is signed in to the console. A session may do what its access key may, with the same permissions as a signed
// call.
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Audit } from '../audit/audit.ts';
import type { AccessKey, FindAccessKey } from '../auth/access-keys.ts';
import { ANY_SESSION } from '../auth/access-keys.ts';
import { addressGroup } from '../auth/client-address.ts';
import { isPrivate, pathOf } from '../auth/private-path.ts';
import type { PrivatePath } from '../auth/private-path.ts';
import { SESSION_MS, beginSession, readSession } from '../auth/session.ts';
import type { Session } from '../auth/session.ts';
import { jsonAnswer } from '../http/answer.ts';
import type { Answer } from '../http/answer.ts';
import { parseBody } from '../http/json-body.ts';
import { FORGIVEN_EVERY_MS, createSuspects } from '../http/suspects.ts';
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { isFromOwnPage } from './own-page.ts';
import { noSessionCookie, sessionCookie, sessionText } from './session-cookie.ts';
import type { SignedOut } from './signed-out.ts';

export interface SignedIn {
  readonly session: Session;
  readonly caller: Caller;
}

export interface ConsoleSessions {
  /** Who sends a request; undefined: nobody who is signed in. */
  signedIn(request: IncomingMessage): SignedIn | undefined;
  /**
   * The caller of a session; undefined: the request has none. Throws AccessDeniedException if another site sends
   * it, and UnrecognizedClientException if the session has ended.
   */
  find(request: IncomingMessage): Caller | undefined;
  /** Throws unless a request to sign in or out may come from this origin. */
  check(request: IncomingMessage): void;
  signIn(body: Buffer, request: IncomingMessage): Answer;
  signOut(request: IncomingMessage): Promise<Answer>;
}

export interface ConsoleSessionParts {
  readonly accessKey: FindAccessKey;
  readonly isTrustedProxy: (address: string) => boolean;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly signedOut: SignedOut;
  readonly audit: Audit;
  /** Milliseconds since the epoch, and milliseconds that only grow. */
  readonly now: () => number;
  readonly monotonic: () => number;
}

/** After the first few, an address is allowed one more failed sign-in per interval of this length. */
const RETRY_AFTER_SECONDS = FORGIVEN_EVERY_MS / 1000;

export function createConsoleSessions(parts: ConsoleSessionParts): ConsoleSessions {
  const { accessKey, isTrustedProxy, addressOf, signedOut, audit, now } = parts;
  const suspects = createSuspects(parts.monotonic);

  /** The private path that a request came by; undefined if somebody in between could read a secret in it. */
  const privatePathOf = (request: IncomingMessage): PrivatePath | undefined => {
    const path = pathOf(request, isTrustedProxy);
    return isPrivate(path) ? path : undefined;
  };
  const textOf = (request: IncomingMessage): string | undefined => {
    const path = privatePathOf(request);
    return path && sessionText(request, path === 'tls');
  };
  const signedIn = (request: IncomingMessage): SignedIn | undefined => {
    const text = textOf(request);
    const read = text === undefined ? undefined : readSession(accessKey, text, now());
    if (read === undefined || signedOut.has(read.session)) return undefined;
    const { id: accessKeyId, instances, actions, applications } = read.key;
    return { session: read.session, caller: { accessKeyId, instances, actions, applications } };
  };

  return {
    signedIn: (request) => (isFromOwnPage(request) ? signedIn(request) : undefined),
    find(request) {
      if (textOf(request) === undefined) return undefined;
      if (!isFromOwnPage(request))
        throw new ServiceError(
          'AccessDeniedException',
          'Console sessions are accepted only from the console itself, not from pages of other sites.',
        );
      const found = signedIn(request);
      if (found === undefined)
        throw new ServiceError('UnrecognizedClientException', 'The session has ended: sign in again.');
      return found.caller;
    },
    check(request) {
      if (!isFromOwnPage(request))
        throw new ServiceError(
          'AccessDeniedException',
          'Signing in and out is possible only from the console itself, not from pages of other sites.',
        );
      if (privatePathOf(request) === undefined)
        throw new ServiceError(
          'AccessDeniedException',
          'Signing in requires TLS: open the console through a proxy that is listed in trustedProxies and sends X-Forwarded-Proto: https, or on the machine of the service itself.',
        );
    },
    signIn(body, request) {
      const { accessKeyId, secretAccessKey } = credentialsIn(body, request);
      const address = addressOf(request);
      const place = addressGroup(address);
      const refused = (result: 'ThrottlingException' | 'UnrecognizedClientException') =>
        audit.refused({ operation: 'ConsoleSignIn', result, ...claimed(accessKeyId), address });
      if (suspects.has(place)) {
        refused('ThrottlingException');
        throw new ServiceError(
          'ThrottlingException',
          `Too many sign-ins from this address have failed: try again in ${RETRY_AFTER_SECONDS} seconds.`,
          {
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          },
        );
      }
      const key = accessKey(accessKeyId);
      if (key === undefined || !isSecretOf(key, secretAccessKey)) {
        suspects.failed(place);
        refused('UnrecognizedClientException');
        throw new ServiceError('UnrecognizedClientException', 'The access key id or its secret is wrong.');
      }
      const { session, text } = beginSession(key, now());
      audit.note({ operation: 'ConsoleSignIn', result: 'ok', keyId: key.id, address });
      return withCookie(sessionCookie(text, SESSION_MS, privatePathOf(request) === 'tls'), {
        accessKeyId: key.id,
        expiresAt: new Date(session.expiresAt).toISOString(),
      });
    },
    async signOut(request) {
      const found = signedIn(request);
      if (found !== undefined) {
        await signedOut.add(found.session);
        const { accessKeyId: keyId } = found.session;
        audit.note({ operation: 'ConsoleSignOut', result: 'ok', keyId, address: addressOf(request) });
      }
      return withCookie(noSessionCookie(privatePathOf(request) === 'tls'), {});
    },
  };
}

function withCookie(cookie: string, body: object): Answer {
  const answer = jsonAnswer(200, body);
  return { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store', 'set-cookie': cookie } };
}

/** Anyone can send anything here; text that cannot be a key id is left out. */
const claimed = (accessKeyId: string): { readonly claimedKeyId?: string } =>
  /^\w{1,128}$/.test(accessKeyId) ? { claimedKeyId: accessKeyId } : {};

/** Compares hashes in constant time. Keys with a session token belong to programs, not people. */
function isSecretOf({ secret, sessionToken }: AccessKey, given: string): boolean {
  const isSame = timingSafeEqual(hash('sha256', secret, 'buffer'), hash('sha256', given, 'buffer'));
  return isSame && (sessionToken === undefined || sessionToken === ANY_SESSION);
}

function credentialsIn(
  body: Buffer,
  { headers }: IncomingMessage,
): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  // Forms of other sites cannot send this type without a preflight request.
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  const { accessKeyId, secretAccessKey } = (isJson ? Object(parseBody(body)) : {}) as Record<string, unknown>;
  if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string')
    return { accessKeyId, secretAccessKey };
  throw new ServiceError(
    'InvalidParameterException',
    'To sign in, send {"accessKeyId": …, "secretAccessKey": …} as application/json.',
  );
}
