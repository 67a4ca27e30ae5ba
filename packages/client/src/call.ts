// The life of a call: check → encode → (sign → send → read → repeat?) → output or error.
import { createEncoder, createReader, describeFaults } from '@chatpush/wire';
import type { EncodedRequest, Operation } from '@chatpush/wire';
import { createReadAnswer } from './answer.ts';
import { attempt } from './attempt.ts';
import type { Transport } from './attempt.ts';
import { lowerFirst } from './casing.ts';
import { generateClientToken } from './client-token.ts';
import type { ClockOffset } from './clock-offset.ts';
import { wait } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { InvalidParameterException } from './exceptions.ts';
import type { Failure } from './failure.ts';
import { toError } from './failure.ts';
import { delayMs } from './retry.ts';
import type { RetryBudget } from './retry.ts';

/** What all calls of one client share. */
export interface Context extends Transport {
  readonly clock: ClockOffset;
  readonly budget: RetryBudget;
  readonly maxAttempts: number;
}

export type Call = (request: unknown, signal: AbortSignal | undefined) => Promise<unknown>;

export function createCall(operation: Operation, context: Context): Call {
  const readInput = createReader(operation.input, { from: lowerFirst });
  const encode = createEncoder(operation);
  const readAnswer = createReadAnswer(operation.output);
  const hasClientToken = Object.hasOwn(operation.input.members, 'ClientToken');

  const encoded = (parameters: unknown): EncodedRequest => {
    const { value, faults } = readInput(parameters);
    if (faults.length > 0) throw refused(describeFaults(faults));
    const input = value as { ClientToken?: string };
    // One token for all attempts makes retries safe. An empty token counts as absent.
    if (hasClientToken && !input.ClientToken) input.ClientToken = generateClientToken();
    return underEndpoint(encode(input), context.endpoint);
  };

  return async (parameters, signal) => {
    signal?.throwIfAborted();
    const request = encoded(parameters);
    let lastCost: number | undefined;
    for (let attempts = 1; ; attempts++) {
      const timeMs = context.clock.now();
      const result = await attempt(context, request, readAnswer, timeMs, signal);
      if ('output' in result) {
        context.budget.succeeded(lastCost);
        return result.output;
      }
      const { failure, credentials } = result;
      const isCorrected =
        context.clock.correct(failure, timeMs) ||
        (failure.name === 'ExpiredTokenException' &&
          credentials !== undefined &&
          context.credentials.renew(credentials));
      if (attempts >= context.maxAttempts) throw toError(failure, attempts);
      if (isCorrected) continue; // The service is fine: retry at once, without charging the budget.
      const next = nextAttempt(failure, attempts, context.budget);
      if (next === undefined) throw toError(failure, attempts);
      lastCost = next.cost;
      await wait(next.delayMs, signal);
    }
  };
}

/** The cost of the next attempt and the delay before it; undefined if the call should not be retried. */
function nextAttempt(
  failure: Failure,
  retry: number,
  budget: RetryBudget,
): { readonly cost: number; readonly delayMs: number } | undefined {
  if (!failure.retryable) return undefined;
  const delay = delayMs(retry, failure.retryAfterSeconds, Math.random());
  if (delay === undefined) return undefined;
  const cost = budget.take(failure.name === 'TimeoutError');
  return cost === undefined ? undefined : { cost, delayMs: delay };
}

function underEndpoint(request: EncodedRequest, { basePath }: Endpoint): EncodedRequest {
  // `fetch` resolves `.` and `..` before sending, so the request would go to a path other than the signed one.
  if (/\/\.\.?(\/|$)/.test(request.path))
    throw refused("1 validation error detected: an identifier in the path cannot be '.' or '..'");
  return { ...request, path: `${basePath}${request.path}` };
}

const refused = (message: string): InvalidParameterException =>
  new InvalidParameterException(message, { fault: 'client', attempts: 0, retryable: false });
