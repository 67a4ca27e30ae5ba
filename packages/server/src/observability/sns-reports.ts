// What became of messages of SNS → metrics and log lines.
import type { Logger } from 'pino';
import type { ReportSns } from '../sources/sns/sns-source.ts';
import type { Metrics } from './metrics.ts';

export const createSnsReports =
  ({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): ReportSns =>
  (result, topicArn, error) => {
    metrics.snsMessage(result);
    // A stranger's message is a line of the request log and no more.
    if (topicArn === undefined) return;
    if (error !== undefined) log.warn({ result, topicArn, err: error }, 'a message of SNS was not taken');
    else if (result !== 'taken') log.info({ result, topicArn }, 'a subscription of SNS changed');
  };
