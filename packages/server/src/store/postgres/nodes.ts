// Which nodes are alive. Leases belong to nodes, and those of a silent node are released.
//
// Leasing to a node holds its row FOR KEY SHARE until the commit. Removing a node holds its row FOR UPDATE and
// looks for its leases with a later statement. So no lease is given to a removed node, none is overlooked, and a
// heartbeat (an update of no key) waits for neither enqueue nor claim.
import { NOBODY } from '../settle-rule.ts';
import type { LivingNode, Store } from '../store.ts';
import type { Database, Query } from './database.ts';
import { SEQ } from './delivery-place.ts';
import type { Leases } from './leases.ts';

/** The number of node $1 if it is alive, kept alive until the end of the transaction. For use as a CTE. */
export const LIVE_NODE = `select number from chatpush.node where name = $1 and not gone and silent_at > chatpush.now_ms() for key share`;

const BEAT = {
  name: 'beat',
  isQuick: true,
  text: `insert into chatpush.node (name, silent_at, since, beat_at, about)
    values ($1, chatpush.now_ms() + $2::bigint, chatpush.now_ms(), chatpush.now_ms(), $3)
    on conflict (name) do update
      set silent_at = excluded.silent_at, beat_at = excluded.beat_at, about = coalesce(excluded.about, node.about)
      where not node.gone and node.silent_at > chatpush.now_ms()
    returning 1`,
};

// A node of an older version leaves the times empty: it shows the time of this read.
const READ_LIVING = {
  name: 'nodes',
  text: `select name, coalesce(since, chatpush.now_ms()) as since, coalesce(beat_at, chatpush.now_ms()) as "beatAt",
      coalesce(about, '') as about
    from chatpush.node where not gone and silent_at > chatpush.now_ms() order by since, number`,
};

export const ANY_SILENT = {
  name: 'any-silent',
  isQuick: true,
  text: 'select 1 from chatpush.node where not gone and silent_at <= chatpush.now_ms() limit 1',
};

const LOCK_SILENT = {
  name: 'lock-silent',
  text: 'select number from chatpush.node where not gone and silent_at <= chatpush.now_ms() order by number for update',
};

const LOCK_NODE = {
  name: 'lock-node',
  text: 'select number from chatpush.node where name = $1 and not gone for update',
};

const BURY = { name: 'bury', text: 'update chatpush.node set gone = true where number = any($1::int[])' };

// A leased delivery was due, even if the clock has been set back since.
const RELEASE_CLAIMED = {
  name: 'release-claimed',
  text: `update chatpush.delivery set owner = ${NOBODY}, holder = ${NOBODY}, due_at = least(due_at, chatpush.now_ms())
    where holder = any($1::int[])`,
};

// A delivery leased on enqueue was due from then on. Each is looked up separately ("offset 0"): the planner does
// not know how few they are, and must not read the whole table for them.
const RELEASE_LEASED = {
  name: 'release-leased',
  text: `with gone as (delete from chatpush.lease where owner = any($1::int[]) returning day, owner, ids),
    wanted as materialized (
      select gone.day, gone.owner, id, ${SEQ} as seq from gone, unnest(ids) as leased (id) join chatpush.delivery_key as key using (id)
    ),
    leased as materialized (
      select found.* from wanted, lateral (
        select delivery.seq, delivery.id, delivery.day from chatpush.delivery
        where delivery.seq = wanted.seq and delivery.id = wanted.id and delivery.day = wanted.day and delivery.owner = wanted.owner
          and status = 'queued' and holder is null
        offset 0
      ) as found
    )
    update chatpush.delivery set owner = ${NOBODY}, holder = ${NOBODY}, due_at = least(enqueued_at, chatpush.now_ms())
    from leased where delivery.seq = leased.seq and delivery.id = leased.id and delivery.day = leased.day`,
};

const FORGET_LEASES = {
  name: 'forget-leases',
  text: 'delete from chatpush.lease where name = any($1::text[])',
};

const LIMIT_SILENCE = {
  name: 'limit-silence',
  text: `update chatpush.node set silent_at = chatpush.now_ms() + $1::bigint
    where not gone and silent_at > chatpush.now_ms() + $1::bigint returning 1`,
};

export interface Nodes extends Pick<Store, 'beat' | 'nodes' | 'leave'> {
  /** Releases the leases of silent nodes. Call it before looking for work. */
  releaseSilent(): Promise<void>;
  /**
   * After the clock was set back: no node counts as alive for longer than one with a heartbeat now. True: some
   * would have, because their heartbeats used the clock as it was before.
   */
  limitSilence(): Promise<boolean>;
}

export function nodeVerbs(database: Database, leases: Leases): Nodes {
  let longestTtlMs = 0;
  async function bury(query: Query, nodes: readonly { number: number }[]): Promise<void> {
    if (nodes.length === 0) return;
    const numbers = nodes.map(({ number }) => number);
    await query(BURY, [numbers]);
    await query(RELEASE_CLAIMED, [numbers]);
    await query(RELEASE_LEASED, [numbers]);
  }

  return {
    async releaseSilent() {
      const silent = await database.query(ANY_SILENT);
      if (silent.length === 0) return;
      await database.transaction(async (query) => bury(query, await query(LOCK_SILENT)));
    },
    async limitSilence() {
      if (longestTtlMs === 0) return false;
      return (await database.query(LIMIT_SILENCE, [longestTtlMs])).length > 0;
    },
    async beat(node, ttlMs, about) {
      longestTtlMs = Math.max(longestTtlMs, Math.round(ttlMs));
      const rows = await database.query(BEAT, [node, Math.round(ttlMs), about ?? null]);
      const settled = leases.takeOver();
      if (settled.length > 0) await database.query(FORGET_LEASES, [settled]);
      if (rows.length > 0) return 'alive';
      leases.drop(node);
      return 'evicted';
    },
    nodes: () => database.query<LivingNode>(READ_LIVING, []),
    async leave(node) {
      await database.transaction(async (query) => bury(query, await query(LOCK_NODE, [node])));
      leases.drop(node);
    },
  };
}
