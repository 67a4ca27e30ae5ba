// One line per request: failures as errors with their stack, refusals as info with their message, the rest as
// debug. It contains no target, headers or members, because they hold signatures and device tokens. Messages of
// refusals quote no values.
import type { Logger } from 'pino';

import { ServiceError } from '../service-error.ts';
import type { Trace } from './pipeline.ts';

export interface LogLine extends Omit<Trace, 'named' | 'span'> {
  readonly traceId?: string;
  readonly status: number;
  readonly durationMs: number;
}

export function writeLog(log: Logger | undefined, line: LogLine, failure: unknown): void {
  if (log === undefined) return;
  const isStopping = failure instanceof ServiceError && failure.name === 'ServiceUnavailableException';
  if (line.status >= 500 && !isStopping) log.error({ ...line, err: failure }, 'request failed');
  else if (failure instanceof ServiceError)
    log.info({ ...line, error: failure.name, message: failure.message }, 'request refused');
  else log.debug(line, 'request answered');
}
