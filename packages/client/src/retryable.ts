// Which failures may pass by themselves: the SDKs' classes of throttling and transient errors.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
import { ERRORS } from '@chatpush/wire';

/** Names that say "later" whatever their status; Amazon's common errors have ThrottlingException at 400, for one. */
const REPEATED: ReadonlySet<string> = new Set([
  ...Object.entries(ERRORS)
    .filter(([, kind]) => kind.repeated)
    .map(([name]) => name),
  // Of AWS front ends and other services behind the same ones.
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** 402, a quota, is never repeated; 408, 429 and 5xx always are. */
export function isRetryable(status: number, name?: string): boolean {
  if (status === 402) return false;
  return status === 408 || status === 429 || status >= 500 || (name !== undefined && REPEATED.has(name));
}
