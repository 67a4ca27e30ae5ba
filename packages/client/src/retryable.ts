// Which failures are transient: throttling and transient errors, as the AWS SDKs classify them.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

/**
 * Errors that are retried whatever their status: those of the service (Amazon's common errors list ThrottlingException
 * with 400), and those of other services behind the same front ends.
 */
const REPEATED: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** 402, a quota, is never retried; 408, 429 and 5xx always are. */
export function isRetryable(status: number, name?: string): boolean {
  if (status === 402) return false;
  return status === 408 || status === 429 || status >= 500 || (name !== undefined && REPEATED.has(name));
}
