// The deliveries that nodes hold. What a node claimed is found by the index delivery_open. What it leased on arrival is
// not in that index, and is noted as ranges of rows: one for each batch.
import type { DatabaseSync } from 'node:sqlite';
import { NOBODY } from '../settle-rule.ts';

export interface Leases {
  /** Records that a node leased rows of this range on arrival. */
  add(owner: number, firstSeq: number, lastSeq: number): void;
  /** Makes everything that a node holds available to others. `now`: milliseconds since the epoch. */
  release(owner: number, now: number): void;
  /** The same for every node. */
  releaseAll(now: number): void;
  /** Drops ranges of which nothing is leased any more. Each call examines the next few. */
  forgetSettled(): void;
}

/**
 * Examining a range reads its rows, 0.5 ms for a full batch. When a heartbeat examined all of them, every call waited for up to
 * 45 ms. Two for each that is added keep up.
 */
const EXAMINED_AT_ONCE = 2;

export function openLeases(database: DatabaseSync): Leases {
  const insert = database.prepare('insert into lease (first_seq, last_seq, owner) values (?, ?, ?)');
  // Of the delivery in `delivery` and the range in `lease`.
  const isLeased = `delivery.seq between first_seq and last_seq and delivery.owner = lease.owner
    and delivery.status = 'queued' and delivery.holder is null`;
  // A leased delivery was due, even if the clock has been set back since.
  const release = `update delivery set owner = ${NOBODY}, holder = ${NOBODY}, due_at = min(due_at, ?1)`;
  const releaseClaimed = database.prepare(`${release} where holder between ?2 and ?3`);
  const releaseLeased = database.prepare(
    `${release} where seq in (
       select delivery.seq from lease cross join delivery where lease.owner between ?2 and ?3 and ${isLeased})`,
  );
  const forget = database.prepare('delete from lease where owner between ?1 and ?2');
  const readNext = database.prepare(
    'select first_seq as first from lease where first_seq > ? order by first_seq limit ?',
  );
  const forgetIfSettled = database.prepare(
    `delete from lease where first_seq = ? and not exists (select 1 from delivery where ${isLeased})`,
  );
  let examinedTo = 0;

  function forgetSettled(): void {
    const ranges = readNext.all(examinedTo, EXAMINED_AT_ONCE) as { first: number }[];
    for (const { first } of ranges) forgetIfSettled.run(first);
    // After the newest, which is hardly settled yet, the oldest is next.
    examinedTo = ranges.length < EXAMINED_AT_ONCE ? 0 : ranges.at(-1)!.first;
  }

  function releaseOwners(first: number, last: number, now: number): void {
    releaseClaimed.run(now, first, last);
    releaseLeased.run(now, first, last);
    forget.run(first, last);
  }

  return {
    add(owner, firstSeq, lastSeq) {
      insert.run(firstSeq, lastSeq, owner);
      forgetSettled();
    },
    release: (owner, now) => releaseOwners(owner, owner, now),
    releaseAll: (now) => releaseOwners(NOBODY + 1, Number.MAX_SAFE_INTEGER, now),
    forgetSettled,
  };
}
