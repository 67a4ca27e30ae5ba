// The failure of an attempt as a value: the call decides whether to retry or to throw it.
import { ChatpushError } from './chatpush-error.ts';
import type { Fault } from './chatpush-error.ts';
import { EXCEPTIONS } from './exceptions.ts';

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly fault: Fault;
  readonly retryable: boolean;
  readonly status?: number;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The service's own time, from its `Date` header. */
  readonly serviceTimeMs?: number | undefined;
  readonly cause?: unknown;
}

export function toError(failure: Failure, attempts: number): ChatpushError {
  const Class = Object.hasOwn(EXCEPTIONS, failure.name)
    ? EXCEPTIONS[failure.name as keyof typeof EXCEPTIONS]
    : ChatpushError;
  const { message, ...details } = failure;
  return new Class(message, { ...details, attempts });
}
