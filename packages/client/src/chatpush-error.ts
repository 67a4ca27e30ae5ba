// The one class that every failed call throws, itself or as one of the exceptions in exceptions.ts.

/** Who must act: the caller (`client`), the operator of the service (`server`), or nobody who answered (`network`). */
export type Fault = 'client' | 'server' | 'network';

export interface ChatpushErrorDetails {
  /** Name of the error; for a subclass its own. */
  name?: string;
  status?: number | undefined;
  requestId?: string | undefined;
  fault: Fault;
  attempts: number;
  retryable: boolean;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** Shared by all copies of this package in one program, so that `instanceof` works across them. */
const BRAND = Symbol.for('@chatpush/client/error');

/**
 * A call that failed. Exceptions of the service have classes of their own; everything else is this class by `name`:
 *
 * - a name of the service without a class here, such as `InvalidSignatureException` or `ExpiredTokenException`
 * - `NetworkError`: no connection, or it broke before the whole answer was here
 * - `TimeoutError`: an attempt took longer than `attemptTimeoutMs`
 * - `UnexpectedAnswerError`: what answered is not the service, or not in its form (a proxy's HTML page, a redirect)
 * - `CredentialsError`: the function given as `credentials` failed; its error is the `cause`
 *
 * An aborted call does not throw this class but the signal's own `reason`.
 */
export class ChatpushError extends Error {
  /** Name under which the service sends a subclass; it, not the prototype, decides `instanceof`. */
  static readonly exception: string | undefined = undefined;

  override readonly name: string;
  /** HTTP status of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /** The service's identifier of the last attempt, to be found in its logs. */
  readonly requestId: string | undefined;
  readonly fault: Fault;
  /** How many attempts were made, one that got no credentials included; 0 when the parameters were refused before the first. */
  readonly attempts: number;
  /** Whether the same call may succeed later. The client has already repeated it as often as it may. */
  readonly retryable: boolean;
  /** How long the service asked to wait, where it did. */
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
    // An error of another copy of this package. A subclass that a user made is in one copy only and ends here.
    if (!(BRAND in value) || !Object.hasOwn(this, 'exception')) return false;
    return this.exception === undefined || (value as { name?: unknown }).name === this.exception;
  }
}
