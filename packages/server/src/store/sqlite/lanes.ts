// Lanes by number, and the work waiting in them.
import type { DatabaseSync } from 'node:sqlite';
import { countSent } from '../attempts.ts';
import { NOBODY } from '../settle-rule.ts';
import { createStepWatch, LONGEST_DELAY_MS } from '../clock-step.ts';
import type { Waiting } from '../store.ts';
import type { Nodes } from './nodes.ts';
import type { Flat } from './flat.ts';
import type { Moment, Verbs } from './protocol.ts';

/** The lane of deliveries that never start. */
export const NO_LANE = 0;

export interface Lanes extends Pick<Verbs, 'claim' | 'waiting'> {
  /** The number of a lane, assigned when it is first named. */
  laneNumber(name: string): number;
  /** Whether `claim` would find anything in this lane. */
  hasWork(lane: number, now: number): boolean;
}

export function laneVerbs(database: DatabaseSync, nodes: Nodes): Lanes {
  const readNumber = database.prepare('select number from lane where name = ?');
  const insert = database.prepare('insert into lane (name) values (?) returning number');
  const readName = database.prepare('select name from lane where number = ?');
  // Every query below is one range of the index delivery_open (holder, lane, due_at).
  const free = `holder = ${NOBODY}`;
  const readDue = database.prepare(
    `select seq, attempts, id, day, instance_id, contact_id, message_id, registration_id, ?, expires_at - ?, work,
       ? - enqueued_at
     from delivery where ${free} and lane = ? and due_at <= ? order by due_at, seq limit ?`,
  );
  readDue.setReturnArrays(true);
  const lease = database.prepare('update delivery set owner = ?1, holder = ?1 where seq = ?2');
  const countDue = database.prepare(
    `select count(*) as count, min(due_at) as first
     from (select due_at from delivery where ${free} and lane = ? and due_at <= ? order by due_at limit ?)`,
  );
  const nextLane = database.prepare(`select min(lane) as lane from delivery where ${free} and lane > ?`);

  const readNewest = database.prepare('select enqueued_at as at from delivery order by seq desc limit 1');
  const hasten = database.prepare(`update delivery set due_at = ?1 where ${free} and due_at > ?2`);

  const isSetBack = createStepWatch();
  let hasLooked = false;
  /** Makes deliveries due that wait by a clock that has been set back since, also while no process was running. */
  function reviewDueTimes({ now, monotonic }: Moment): void {
    if (!hasLooked) {
      const newest = readNewest.get()?.['at'] as number | undefined;
      if (newest !== undefined) isSetBack(newest, monotonic);
      hasten.run(now, now + LONGEST_DELAY_MS);
      hasLooked = true;
    }
    if (isSetBack(now, monotonic)) hasten.run(now, now);
  }

  const number = (name: string) => readNumber.get(name)?.['number'] as number | undefined;
  const due = (lane: number, now: number, cap: number) =>
    countDue.get(lane, now, cap) as { count: number; first: number | null };

  return {
    laneNumber: (name) => number(name) ?? (insert.get(name)?.['number'] as number),
    hasWork: (lane, now) => due(lane, now, 1).count > 0,
    claim(moment, node, want) {
      const { now } = moment;
      const owner = nodes.ownerNumber(moment, node);
      if (owner === NOBODY) return [];
      nodes.releaseSilent(moment);
      const claimed: Flat = [];
      for (const [name, limit] of want) {
        const lane = number(name);
        if (lane === undefined) continue;
        for (const row of readDue.all(name, now, now, lane, now, limit)) {
          const [seq, kept, ...delivery] = row as unknown as [number, string | null, ...Flat];
          lease.run(owner, seq);
          claimed.push(...delivery, countSent(kept));
        }
      }
      return claimed;
    },
    waiting(moment, cap) {
      nodes.releaseSilent(moment);
      reviewDueTimes(moment);
      const waiting = new Map<string, Waiting>();
      // From lane to lane by the index: lanes without free work cost nothing.
      let lane = nextLane.get(NO_LANE)?.['lane'] as number | null;
      while (lane !== null) {
        const { count, first } = due(lane, moment.now, cap);
        if (first !== null)
          waiting.set(readName.get(lane)?.['name'] as string, { count, dueForMs: moment.now - first });
        lane = nextLane.get(lane)?.['lane'] as number | null;
      }
      return waiting;
    },
  };
}
