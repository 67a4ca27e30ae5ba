// Which failures may pass by themselves: the SDKs' classes of throttling and transient errors.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

/**
 * Names that say "later" whatever their status: the service's own (Amazon's common errors have ThrottlingException at 400),
 * and those of other services behind the same front ends.
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

/** 402, a quota, is never repeated; 408, 429 and 5xx always are. */
export function isRetryable(status: number, name?: string): boolean {
  if (status === 402) return false;
  return status === 408 || status === 429 || status >= 500 || (name !== undefined && REPEATED.has(name));
}
