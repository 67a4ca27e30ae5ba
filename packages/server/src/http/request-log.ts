// One line per request: what broke as an error with its stack, refusals as information, the rest for debugging. Neither
// target nor headers nor members are in it: they hold signatures and tokens of devices.
import type { Logger } from 'pino';

import { ServiceError } from '../service-error.ts';
import type { Trace } from './pipeline.ts';

export interface LogLine extends Omit<Trace, 'named'> {
  readonly status: number;
  readonly durationMs: number;
}

export function writeLog(log: Logger | undefined, line: LogLine, failure: unknown): void {
  if (log === undefined) return;
  const isStopping = failure instanceof ServiceError && failure.name === 'ServiceUnavailableException';
  if (line.status >= 500 && !isStopping) log.error({ ...line, err: failure }, 'request failed');
  else if (failure instanceof ServiceError) log.info({ ...line, error: failure.name }, 'request refused');
  else log.debug(line, 'request answered');
}
