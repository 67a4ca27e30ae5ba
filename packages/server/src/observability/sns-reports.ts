// Results of SNS messages → metrics and log lines.
import type { Logger } from 'pino';
import type { ReportSns, SnsTopicSettings } from '../sources/sns/sns-source.ts';
import type { Metrics } from './metrics.ts';

/** Logged at start and after a reload: an operator who did not intend it must see it. */
export function warnOfStandIns(log: Logger, topics: readonly SnsTopicSettings[]): void {
  for (const { topicArn, endpoint, signatures = 'checked' } of topics)
    if (endpoint !== undefined)
      log.warn(
        { topicArn, endpoint, signatures },
        'chat messages of this topic come from a replacement for Amazon SNS: use it only for local development',
      );
}

export const createSnsReports =
  ({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): ReportSns =>
  (result, topicArn, error) => {
    metrics.snsMessage(result);
    // A stranger's message is only a line of the request log.
    if (topicArn === undefined) return;
    if (error !== undefined) log.warn({ result, topicArn, err: error }, 'an SNS message was not accepted');
    else if (result !== 'taken') log.info({ result, topicArn }, 'an SNS subscription changed');
  };
