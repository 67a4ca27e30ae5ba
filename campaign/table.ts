// The verdicts as the Markdown table of docs/reliability.md.
import type { Verdict } from './check.ts';
import { NEMESES } from './nemeses.ts';

export interface Row {
  readonly nemesis: string;
  readonly store: string;
  readonly verdict: Verdict;
}

export const HEADING = [
  '| nemesis | store | acknowledged | pushes | lost | ids | duplicates APNs, FCM | after delete, expiry | p50, p99 ms | recovered after |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n');

export function rowOf({ nemesis, store, verdict }: Row): string {
  const { acknowledged, delivered, lost, manyIds, duplicates, afterDelete, afterExpiry } = verdict;
  const cells = [
    nemesis,
    store,
    acknowledged,
    delivered,
    lost.length,
    manyIds.length === 0 ? '1' : `${manyIds.length} pairs with several`,
    `${duplicates['apns'] ?? 0}, ${duplicates['fcm'] ?? 0}`,
    `${afterDelete.length}, ${afterExpiry.length}`,
    `${verdict.p50Ms}, ${verdict.p99Ms}`,
    verdict.recoverySeconds === undefined ? 'not' : `${verdict.recoverySeconds.toFixed(1)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The failures in a row; empty if it passes. */
export function failuresOf({ nemesis, verdict }: Row): string[] {
  const failures: string[] = [];
  const { recoversWithinSeconds } = NEMESES[nemesis]!;
  const named = (what: string, pairs: readonly string[]): void => {
    if (pairs.length > 0)
      failures.push(
        `${pairs.length} ${what}: ${pairs.slice(0, 5).join(', ')}${pairs.length > 5 ? ', …' : ''}`,
      );
  };
  if (verdict.acknowledged === 0) failures.push('no event was acknowledged');
  named('lost', verdict.lost);
  named('with several delivery ids', verdict.manyIds);
  named('started more than a second after a delete', verdict.afterDelete);
  named('started after expiry', verdict.afterExpiry);
  if (verdict.recoverySeconds === undefined || verdict.recoverySeconds > recoversWithinSeconds)
    failures.push(
      `90 % of the former rate after ${verdict.recoverySeconds ?? 'no'} s; at most ${recoversWithinSeconds} are allowed`,
    );
  return failures;
}
