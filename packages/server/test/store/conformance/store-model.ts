// The store contract as the simplest implementation: maps, no disk, no index, no thread.
import assert from 'node:assert/strict';
import type { CommitResult, EnqueueResult, LogEntry, Settlement } from '../../../src/store/store.ts';

export const MINUTE_MS = 60_000;

interface ModelDelivery {
  readonly lane: string;
  status: LogEntry['status'];
  owner: string | undefined;
  dueAt: number;
  attemptCount: number;
}

export class StoreModel {
  now = 0;
  /** Versions by contact id. */
  readonly contacts = new Map<string, number>();
  /** Answers by token. */
  readonly claims = new Map<string, string>();
  /** In the order of their arrival. */
  readonly deliveries = new Map<string, ModelDelivery>();
  /** When each node's lease ends; 0 for a node that has left. */
  readonly #silentAt = new Map<string, number>();
  #attempts = 0;

  commit(
    contactId: string | undefined,
    version: number,
    token: string | undefined,
    answer: string,
  ): CommitResult {
    if (token !== undefined && this.claims.has(token)) return 'token-taken';
    if (contactId !== undefined && (this.contacts.get(contactId) ?? 0) !== version) return 'contact-changed';
    if (contactId !== undefined) this.contacts.set(contactId, version + 1);
    if (token !== undefined) this.claims.set(token, answer);
    return 'committed';
  }

  enqueue(
    batch: readonly { id: string; lane: string }[],
    node: string,
    credit: ReadonlyMap<string, number>,
  ): EnqueueResult[] {
    const room = new Map(
      [...credit].map(([lane, count]) => [
        lane,
        this.#lives(node) && this.claimable(lane).length === 0 ? count : 0,
      ]),
    );
    return batch.map(({ id, lane }) => {
      if (this.deliveries.has(id)) return { id, state: 'known' };
      const leased = (room.get(lane) ?? 0) > 0;
      if (leased) room.set(lane, (room.get(lane) ?? 0) - 1);
      this.deliveries.set(id, {
        lane,
        status: 'queued',
        owner: leased ? node : undefined,
        dueAt: this.now,
        attemptCount: 0,
      });
      return { id, state: leased ? 'leased' : 'queued' };
    });
  }

  /** What a claim may get from this lane. */
  claimable(lane: string): [string, ModelDelivery][] {
    return [...this.deliveries].filter(
      ([, row]) =>
        row.lane === lane &&
        row.status === 'queued' &&
        row.dueAt <= this.now &&
        (row.owner === undefined || !this.#lives(row.owner)),
    );
  }

  /** Checks what the store returned and leases it. The order of deliveries due in the same minute is up to the store. */
  checkClaim(
    claimed: readonly { id: string; sentBefore: number }[],
    node: string,
    want: ReadonlyMap<string, number>,
  ): void {
    let total = 0;
    for (const [lane, limit] of want) {
      const claimable = this.#lives(node) ? new Map(this.claimable(lane)) : new Map<string, ModelDelivery>();
      const given = claimed.filter(({ id }) => this.deliveries.get(id)?.lane === lane);
      assert.equal(given.length, Math.min(limit, claimable.size), `claimed of ${lane}`);
      total += given.length;
      let lastDueAt = -Infinity;
      for (const { id, sentBefore } of given) {
        const row = claimable.get(id);
        assert.ok(row, `${id} was not to be had`);
        // Attempts of this model all leave, and the first 2 and last 8 are kept.
        assert.equal(sentBefore, Math.min(10, row.attemptCount));
        assert.ok(row.dueAt >= lastDueAt, 'oldest first');
        lastDueAt = row.dueAt;
        row.owner = node;
        claimable.delete(id);
      }
      for (const row of claimable.values())
        assert.ok(given.length === 0 || row.dueAt >= lastDueAt, 'oldest first');
    }
    assert.equal(claimed.length, total);
  }

  settle(node: string, batch: readonly Settlement[]): string[] {
    return batch.filter((one) => !this.#settleOne(node, one)).map(({ id }) => id);
  }

  #settleOne(node: string, { id, attempts, to }: Settlement): boolean {
    const row = this.deliveries.get(id);
    assert.ok(row);
    row.attemptCount += attempts.length;
    const held = row.status === 'queued' && row.owner === node && this.#lives(node);
    const isRepeat = attempts.length === 0 && to.status === row.status && to.status !== 'queued';
    if (to.status !== 'accepted' && !held) return isRepeat;
    row.status = to.status;
    row.owner = undefined;
    if (to.status === 'queued') row.dueAt = this.now + to.dueInMs;
    return true;
  }

  beat(node: string, ttlMs: number): 'alive' | 'evicted' {
    if (this.#silentAt.has(node) && !this.#lives(node)) return 'evicted';
    this.#silentAt.set(node, this.now + ttlMs);
    return 'alive';
  }

  leave(node: string): void {
    if (this.#silentAt.has(node)) this.#silentAt.set(node, 0);
  }

  /** All attempts of a run are different. */
  nextAttemptTime(): number {
    this.#attempts += 1;
    return this.#attempts;
  }

  #lives(node: string): boolean {
    return (this.#silentAt.get(node) ?? 0) > this.now;
  }
}
