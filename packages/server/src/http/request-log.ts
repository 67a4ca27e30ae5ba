// One line per request: failures as errors with their stack, refusals as info with their message, the rest as
// debug. It contains no target, headers or members, because they hold signatures and device tokens. Messages of
// refusals quote no values.
import type { Logger } from 'pino';

import { ServiceError } from '../service-error.ts';
import type { Trace } from './pipeline.ts';

export function writeLog(
  log: Logger | undefined,
  trace: Trace,
  status: number,
  durationMs: number,
  failure: unknown,
): void {
  if (log === undefined) return;
  const isStopping = failure instanceof ServiceError && failure.name === 'ServiceUnavailableException';
  if (status >= 500 && !isStopping) log.error({ ...lineOf(), err: failure }, 'request failed');
  else if (failure instanceof ServiceError)
    log.info({ ...lineOf(), error: failure.name, message: failure.message }, 'request refused');
  // Built only if it is written: there is one for every answer.
  else if (log.isLevelEnabled('debug')) log.debug(lineOf(), 'request answered');

  function lineOf(): object {
    const { named: _, span, ...line } = trace;
    return { ...line, ...(span && { traceId: span.traceId }), status, durationMs };
  }
}
