// One request: signed, sent, its answer read to the end. Whatever goes wrong comes back as a value, but for an abort.
import type { EncodedRequest } from '@chatpush/wire';
import type { ReadAnswer } from './answer.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { DeadlinePassed, withDeadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import type { Failure } from './failure.ts';
import type { Send } from './platform.ts';
import type { Sign } from './signer.ts';

export interface Transport {
  readonly send: Send;
  readonly endpoint: Endpoint;
  readonly credentials: CredentialSource;
  readonly sign: Sign;
  readonly attemptTimeoutMs: number;
}

export type Attempt =
  | { readonly output: unknown }
  | { readonly failure: Failure; readonly credentials?: Credentials };

/** @throws the signal's reason, when the caller aborts. */
export async function attempt(
  transport: Transport,
  request: EncodedRequest,
  read: ReadAnswer,
  timeMs: number,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const { endpoint, attemptTimeoutMs } = transport;
  try {
    return await withDeadline(attemptTimeoutMs, signal, async (signal) => {
      const credentials = await transport.credentials.get().catch((cause: unknown) => {
        throw new CredentialsFailed(cause);
      });
      const headers = await transport.sign(request, endpoint.host, credentials, timeMs);
      const answer = await sent(
        transport.send({
          origin: endpoint.origin,
          target: `${request.path}${request.query && `?${request.query}`}`,
          method: request.method,
          headers,
          body: request.body,
          signal,
        }),
      );
      return { ...read(answer), credentials };
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (error instanceof DeadlinePassed)
      return failed('TimeoutError', `No answer from ${endpoint.origin} within ${attemptTimeoutMs} ms`, error);
    if (error instanceof ConnectionFailed)
      return failed('NetworkError', `No answer from ${endpoint.origin}: ${reason(error.cause)}`, error.cause);
    if (error instanceof CredentialsFailed)
      return {
        failure: {
          name: 'CredentialsError',
          message: `No credentials to sign with: ${reason(error.cause)}`,
          fault: 'client',
          retryable: false,
          cause: error.cause,
        },
      };
    throw error;
  }
}

const failed = (name: string, message: string, cause: unknown): Attempt => ({
  failure: { name, message, fault: 'network', retryable: true, cause },
});

class ConnectionFailed extends Error {}
class CredentialsFailed extends Error {
  constructor(cause: unknown) {
    super('', { cause });
  }
}

/** Tells what sending could not do from bugs of ours around it. */
const sent = async <T>(promise: Promise<T>): Promise<T> => {
  try {
    return await promise;
  } catch (cause) {
    throw new ConnectionFailed('', { cause });
  }
};

/** Node's fetch says "fetch failed" and keeps the reason behind it, several of them where a name has several addresses. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reason(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reason).join('; ');
  return error.message;
}
