// The one error that reaches a caller by name. Anything else thrown while answering is a bug or a fault of the world and
// becomes InternalServiceException without its words.
import type { ErrorName } from '@chatpush/wire';

export class ServiceError extends Error {
  /** The name that travels in `X-Amzn-ErrorType`; its status stands in wire's table. */
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
