// Which nodes are alive. Leases belong to nodes, and those of a silent node are released.
//
// The table is temporary: it takes part in transactions, costs no fsync, and is empty after a restart, when every
// node of the previous process is gone. Silence is measured by the monotonic clock: setting the wall clock forward
// evicts nobody.
import type { DatabaseSync } from 'node:sqlite';
import { NOBODY } from '../settle-rule.ts';
import type { Leases } from './leases.ts';
import type { LivingNode } from '../store.ts';
import type { Moment, Verbs } from './protocol.ts';

export interface Nodes extends Pick<Verbs, 'beat' | 'nodes' | 'leave'> {
  /** The owner number of a live node, NOBODY for any other name. */
  ownerNumber(moment: Moment, node: string): number;
  /** Releases the leases of silent nodes. Call it before looking for work. */
  releaseSilent(moment: Moment): void;
}

export function nodeVerbs(database: DatabaseSync, leases: Leases): Nodes {
  // A silent node keeps its row, so that its next heartbeat learns of it: names are never reused.
  database.exec(
    `create temp table node (
       number integer primary key autoincrement, name text not null unique, silent_at integer not null, gone integer not null,
       since integer not null, beat_at integer not null, about text
     ) strict`,
  );
  const read = database.prepare('select number, silent_at as silentAt, gone from temp.node where name = ?');
  const insert = database.prepare(
    'insert into temp.node (name, silent_at, gone, since, beat_at, about) values (?, ?, 0, ?, ?, ?)',
  );
  const extend = database.prepare(
    'update temp.node set silent_at = ?, beat_at = ?, about = coalesce(?, about) where number = ?',
  );
  const readLiving = database.prepare(
    `select name, since, beat_at as beatAt, coalesce(about, '') as about from temp.node where gone = 0 and silent_at > ? order by since, number`,
  );
  const bury = database.prepare('update temp.node set gone = 1 where number = ?');
  const readSilent = database.prepare('select number from temp.node where gone = 0 and silent_at <= ?');

  const row = (name: string) =>
    read.get(name) as { number: number; silentAt: number; gone: number } | undefined;
  function remove(number: number, now: number): void {
    leases.release(number, now);
    bury.run(number);
  }

  return {
    ownerNumber({ monotonic }, name) {
      const node = row(name);
      return node === undefined || node.gone === 1 || node.silentAt <= monotonic ? NOBODY : node.number;
    },
    releaseSilent({ monotonic, now }) {
      for (const { number } of readSilent.all(monotonic)) remove(Number(number), now);
    },
    beat({ monotonic, now }, name, ttlMs, about) {
      leases.forgetSettled();
      const silentAt = Math.round(monotonic + ttlMs);
      const node = row(name);
      if (node === undefined) {
        insert.run(name, silentAt, now, now, about ?? null);
        return 'alive';
      }
      if (node.gone === 1) return 'evicted';
      if (node.silentAt <= monotonic) {
        remove(node.number, now);
        return 'evicted';
      }
      extend.run(silentAt, now, about ?? null, node.number);
      return 'alive';
    },
    nodes: ({ monotonic }) => readLiving.all(monotonic) as unknown as LivingNode[],
    leave({ now }, name) {
      const node = row(name);
      if (node !== undefined) remove(node.number, now);
    },
  };
}
