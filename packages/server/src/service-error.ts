// The only error that reaches a caller by name. Anything else thrown while answering is a bug or an external fault,
// and becomes InternalServiceException without its message.
import type { ErrorName } from '@chatpush/wire';

export class ServiceError extends Error {
  /** The name sent in `X-Amzn-ErrorType`; wire's table has its status. */
  override readonly name: ErrorName;
  /** Sent as `Retry-After`, in whole seconds. */
  readonly retryAfterSeconds?: number;

  constructor(
    name: ErrorName,
    message: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    if (options.retryAfterSeconds !== undefined) this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
