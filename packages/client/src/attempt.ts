// One request: signs it, sends it, reads the whole answer. Every failure except an abort is returned as a value.
import type { EncodedRequest } from '@chatpush/wire';
import type { Answer, ReadAnswer } from './answer.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { withDeadline } from './deadline.ts';
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
export function attempt(
  transport: Transport,
  request: EncodedRequest,
  read: ReadAnswer,
  timeMs: number,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const { endpoint, attemptTimeoutMs } = transport;
  return withDeadline<Attempt>(
    attemptTimeoutMs,
    signal,
    async (ending) => {
      let credentials: Credentials;
      try {
        credentials = await transport.credentials.get();
      } catch (cause) {
        return failed('CredentialsError', `No credentials to sign with: ${reason(cause)}`, 'client', cause);
      }
      const headers = await transport.sign(request, endpoint.host, credentials, timeMs);
      // Credentials may take longer than the caller waits. In that case nothing is sent, even if `send` ignores its signal.
      if (ending.isOver()) return late();
      let answer: Answer;
      try {
        answer = await transport.send(
          {
            origin: endpoint.origin,
            target: `${request.path}${request.query && `?${request.query}`}`,
            method: request.method,
            headers,
            body: request.body,
          },
          ending,
        );
      } catch (cause) {
        return unanswered('NetworkError', `: ${reason(cause)}`, cause);
      }
      return { ...read(answer), credentials };
    },
    late,
  );

  function late(): Attempt {
    return unanswered('TimeoutError', ` within ${attemptTimeoutMs} ms`);
  }

  function unanswered(name: string, why: string, cause?: unknown): Attempt {
    return failed(name, `No answer from ${endpoint.origin}${why}`, 'network', cause);
  }
}

const failed = (name: string, message: string, fault: 'client' | 'network', cause: unknown): Attempt => ({
  failure: { name, message, fault, retryable: fault === 'network', cause },
});

/** Node's fetch says only "fetch failed" and has the reason as its cause: several, if a name has several addresses. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reason(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reason).join('; ');
  return error.message;
}
