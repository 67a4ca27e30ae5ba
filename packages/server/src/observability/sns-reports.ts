// What became of messages of SNS → metrics and log lines.
import type { Logger } from 'pino';
import type { ReportSns, SnsTopicSettings } from '../sources/sns/sns-source.ts';
import type { Metrics } from './metrics.ts';

/** Told at start and after a reload: an operator who did not mean it must see it. */
export function warnOfStandIns(log: Logger, topics: readonly SnsTopicSettings[]): void {
  for (const { topicArn, endpoint, signatures = 'checked' } of topics)
    if (endpoint !== undefined)
      log.warn(
        { topicArn, endpoint, signatures },
        'chat messages of this topic come from a stand-in for Amazon SNS: use it for local development only',
      );
}

export const createSnsReports =
  ({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): ReportSns =>
  (result, topicArn, error) => {
    metrics.snsMessage(result);
    // A stranger's message is a line of the request log and no more.
    if (topicArn === undefined) return;
    if (error !== undefined) log.warn({ result, topicArn, err: error }, 'a message of SNS was not taken');
    else if (result !== 'taken') log.info({ result, topicArn }, 'a subscription of SNS changed');
  };
