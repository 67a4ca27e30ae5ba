// The meaning of the errors of the client and of JetStream.
import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { NoRespondersError, RequestError, TimeoutError } from '@nats-io/transport-node';
import { StoreUnavailableError } from '../store.ts';

/** Codes of https://github.com/nats-io/nats-server/blob/main/server/errors.json. */
const CONFLICTS: ReadonlySet<number> = new Set([
  10071, // wrong last sequence
  10164, // wrong last sequence, while another write to the subject is in progress
]);

/** Nothing was written, and the next leader will accept it. */
const AGAIN: ReadonlySet<number> = new Set([
  10008, // JetStream system temporarily unavailable
  10176, // atomic publish batch is incomplete: the leader changed in the middle of it
  10210, // atomic publish too many inflight
  10211, // batch publish too many inflight
]);

const apiCode = (error: unknown): number | undefined =>
  error instanceof JetStreamApiError ? error.code : undefined;

export const isConflict = (error: unknown): boolean => CONFLICTS.has(apiCode(error) ?? 0);

/** Nobody received the request, so nothing can have been written: there is no leader at the moment. */
export const isNotTaken = (error: unknown): boolean =>
  error instanceof NoRespondersError ||
  (error instanceof RequestError && error.isNoResponders()) ||
  AGAIN.has(apiCode(error) ?? 0);

/** No answer in time. */
export const isSilence = (error: unknown): boolean => error instanceof TimeoutError || isNotTaken(error);

/** The message to be removed does not exist: the server has several ways to say so. */
export const isGone = (error: unknown): boolean =>
  [10037, 10043, 10057].includes(apiCode(error) ?? 0) &&
  /not found|no message/i.test((error as Error).message);

/** Nothing matches a direct get: the answer is only a status. */
export const isNothing = (error: unknown): boolean =>
  error instanceof JetStreamError && 'code' in error && error.code === 404;

/** The error that a caller sees. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError || !(error instanceof Error)) return error;
  const isWorlds =
    error instanceof JetStreamError ||
    error instanceof JetStreamApiError ||
    error instanceof NoRespondersError ||
    CLIENT_ERRORS.has(error.name);
  if (!isWorlds) return error;
  return new StoreUnavailableError(`NATS cannot answer: ${error.message}`, { cause: error });
}

/** By name: some of these classes are not exported. */
const CLIENT_ERRORS: ReadonlySet<string> = new Set([
  'ClosedConnectionError',
  'DrainingConnectionError',
  'ConnectionError',
  'RequestError',
  'TimeoutError',
  'NoRespondersError',
  'PermissionViolationError',
  'AuthorizationError',
  'UserAuthenticationExpiredError',
]);
