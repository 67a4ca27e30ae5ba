// The class of everything a failed call throws: itself, or one of its subclasses in exceptions.ts.

/** Who is at fault: the caller (`client`), the service (`server`), or `network` if there was no answer. */
export type Fault = 'client' | 'server' | 'network';

export interface ChatpushErrorDetails {
  /** Name of the error. Default: the name of the class. */
  name?: string;
  status?: number | undefined;
  requestId?: string | undefined;
  fault: Fault;
  attempts: number;
  retryable: boolean;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** Shared by all copies of this package in a program, so that `instanceof` works across copies. */
const BRAND = Symbol.for('@chatpush/client/error');

/**
 * A call that failed. Exceptions of the service have their own classes; all others are told apart by `name`:
 *
 * - an exception of the service that has no class here, such as `InvalidSignatureException` or `ExpiredTokenException`
 * - `NetworkError`: the connection failed, or broke before the whole answer arrived
 * - `TimeoutError`: an attempt took longer than `attemptTimeoutMs`
 * - `UnexpectedAnswerError`: something other than the service answered (a proxy's HTML page, a redirect), or its answer is malformed
 * - `CredentialsError`: the function given as `credentials` failed; its error is the `cause`
 *
 * An aborted call throws the signal's `reason` instead.
 */
export class ChatpushError extends Error {
  /** The name a subclass has on the wire. `instanceof` compares this name, not the prototype. */
  static readonly exception: string | undefined = undefined;

  override readonly name: string;
  /** HTTP status of the answer; undefined if there was no answer. */
  readonly status: number | undefined;
  /** The service's request id of the last attempt, for searching its logs. */
  readonly requestId: string | undefined;
  readonly fault: Fault;
  /** How many attempts were made, including one that failed to get credentials; 0 if the parameters were refused before the first. */
  readonly attempts: number;
  /** Whether the same call may succeed later. The client has already used up its retries. */
  readonly retryable: boolean;
  /** How long the service asked to wait, if it did. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: ChatpushErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.exception ?? details.name ?? 'ChatpushError';
    this.status = details.status;
    this.requestId = details.requestId;
    this.fault = details.fault;
    this.attempts = details.attempts;
    this.retryable = details.retryable;
    this.retryAfterSeconds = details.retryAfterSeconds;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    if (Object.prototype.isPrototypeOf.call(this.prototype, value)) return true;
    // Errors from another copy of this package match by name. A user's own subclass has no such name and fails here.
    if (!(BRAND in value) || !Object.hasOwn(this, 'exception')) return false;
    return this.exception === undefined || (value as { name?: unknown }).name === this.exception;
  }
}
