// The verdict on a history. Pure, so that it can be tested on histories with planted faults.
import type { Fault, History, Receipt, ToldEvent } from './history.ts';
import { recoverySeconds } from './recovery.ts';

export interface Verdict {
  readonly acknowledged: number;
  /** Pairs of acknowledged event and device that must get a push, and did. */
  readonly delivered: number;
  /** Those that did not, as `event → device`. */
  readonly lost: readonly string[];
  /** Pairs with more than one delivery id, by the delivery log or by `apns-id`. */
  readonly manyIds: readonly string[];
  /** Accepted requests after the first of each pair, by gateway. */
  readonly duplicates: Readonly<Record<string, number>>;
  /** Pushes begun more than a second after the answer to the delete. */
  readonly afterDelete: readonly string[];
  readonly afterExpiry: readonly string[];
  /** From the acknowledgement to the phone; a push that overtook its acknowledgement counts as 0. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The slowest recovery of all faults; undefined if one did not recover before the load ended or the next fault started. */
  readonly recoverySeconds: number | undefined;
}

/** "Delete means stop": with several nodes, no push starts more than a second later. */
const DELETE_GRACE_MS = 1_000;
/**
 * The tolerance between clocks read at different moments: the phones read theirs when a request is complete, the log when it
 * starts.
 */
const CLOCK_SLACK_MS = 50;

const pairOf = (messageId: string, deviceToken: string): string => `${messageId} → ${deviceToken}`;

export function check(history: History): Verdict {
  const { events, receipts, deletions, log } = history;
  const deletedAt = new Map(deletions.map(({ deviceToken, answeredAt }) => [deviceToken, answeredAt]));
  const byId = new Map(events.map((event) => [event.id, event]));
  const begunAt = beginnings(history);

  const first = new Map<string, Receipt>();
  const ids = new Map<string, Set<string>>();
  const duplicates: Record<string, number> = {};
  const afterDelete: string[] = [];
  const afterExpiry: string[] = [];
  const noteId = (pair: string, id: string): void => {
    ids.set(pair, (ids.get(pair) ?? new Set()).add(id));
  };
  for (const { messageId, deviceToken, deliveryId } of log)
    noteId(pairOf(messageId, deviceToken), deliveryId);
  for (const receipt of receipts.toSorted((a, b) => a.at - b.at)) {
    const pair = pairOf(receipt.messageId, receipt.deviceToken);
    if (receipt.apnsId !== undefined) noteId(pair, receipt.apnsId);
    if (first.has(pair)) duplicates[receipt.gateway] = (duplicates[receipt.gateway] ?? 0) + 1;
    else first.set(pair, receipt);
    const begun = begunAt(receipt);
    const deleted = deletedAt.get(receipt.deviceToken);
    if (deleted !== undefined && begun > deleted + DELETE_GRACE_MS) afterDelete.push(pair);
    const expiresAt = byId.get(receipt.messageId)?.expiresAt ?? Infinity;
    if (begun > expiresAt + CLOCK_SLACK_MS) afterExpiry.push(pair);
  }

  const lost: string[] = [];
  const waits: number[] = [];
  const acknowledged = events.filter(isAcknowledged);
  for (const { id, devices, acknowledgedAt, expiresAt } of acknowledged)
    for (const device of devices) {
      const pair = pairOf(id, device);
      const receipt = first.get(pair);
      if (receipt) waits.push(Math.max(0, receipt.at - acknowledgedAt));
      // A deletion may withdraw what was accepted before it, and an expired push must not go out.
      else if (!deletedAt.has(device) && expiresAt === Infinity) lost.push(pair);
    }
  waits.sort((a, b) => a - b);
  const percentile = (share: number): number => waits[Math.floor(waits.length * share)] ?? NaN;
  return {
    acknowledged: acknowledged.length,
    delivered: waits.length,
    lost,
    manyIds: [...ids].filter(([, all]) => all.size > 1).map(([pair]) => pair),
    duplicates,
    afterDelete,
    afterExpiry,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    recoverySeconds: slowest(
      history.faults,
      [...first.values()].map(({ at }) => at),
      history.load,
    ),
  };
}

const isAcknowledged = (event: ToldEvent): event is ToldEvent & { acknowledgedAt: number } =>
  event.acknowledgedAt !== undefined;

/**
 * When the attempt behind a receipt started: the newest logged attempt before it, or the receipt itself if the node died before
 * logging.
 */
function beginnings({ log }: History): (receipt: Receipt) => number {
  const attempts = new Map<string, readonly number[]>();
  for (const { messageId, deviceToken, attemptsAt } of log)
    attempts.set(pairOf(messageId, deviceToken), attemptsAt);
  return ({ messageId, deviceToken, at }) => {
    const before = (attempts.get(pairOf(messageId, deviceToken)) ?? []).filter(
      (began) => began <= at + CLOCK_SLACK_MS,
    );
    return before.length > 0 ? Math.max(...before) : at;
  };
}

function slowest(faults: readonly Fault[], arrivals: readonly number[], load: Fault): number | undefined {
  let most = 0;
  for (const [index, fault] of faults.entries()) {
    const until = faults[index + 1]?.from ?? load.to;
    const seconds = recoverySeconds(arrivals, { from: load.from, to: faults[0]!.from }, fault.to, until);
    if (seconds === undefined) return undefined;
    most = Math.max(most, seconds);
  }
  return most;
}
