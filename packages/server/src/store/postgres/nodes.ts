// Which nodes live. Leases belong to nodes, and those of a silent one go back.
//
// Whoever leases to a node holds its row FOR KEY SHARE until the lease is committed, and whoever buries a node holds it
// FOR UPDATE and looks for its leases with a later statement: so no lease is given to a buried node, none is overlooked,
// and a beat (an update of no key) waits for neither enqueue nor claim.
import { NOBODY } from '../settle-rule.ts';
import type { Store } from '../store.ts';
import type { Database, Query } from './database.ts';

/** The number of node $1 if it lives, kept alive until the end of the transaction. For use as a CTE. */
export const LIVE_NODE = `select number from chatpush.node where name = $1 and not gone and silent_at > chatpush.now_ms() for key share`;

const BEAT = {
  name: 'beat',
  text: `insert into chatpush.node (name, silent_at) values ($1, chatpush.now_ms() + $2::bigint)
    on conflict (name) do update set silent_at = excluded.silent_at
      where not node.gone and node.silent_at > chatpush.now_ms()
    returning 1`,
};

const ANY_SILENT = {
  name: 'any-silent',
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

const RELEASE = {
  name: 'release',
  text: `update chatpush.delivery set owner = ${NOBODY} where status = 'queued' and owner = any($1::int[])`,
};

export interface Nodes extends Pick<Store, 'beat' | 'leave'> {
  /** Gives back what silent nodes hold. To be called before looking for work. */
  releaseSilent(): Promise<void>;
}

export function nodeVerbs(database: Database): Nodes {
  async function bury(query: Query, nodes: readonly { number: number }[]): Promise<void> {
    if (nodes.length === 0) return;
    const numbers = nodes.map(({ number }) => number);
    await query(BURY, [numbers]);
    await query(RELEASE, [numbers]);
  }

  return {
    async releaseSilent() {
      const silent = await database.query(ANY_SILENT);
      if (silent.length === 0) return;
      await database.transaction(async (query) => bury(query, await query(LOCK_SILENT)));
    },
    async beat(node, ttlMs) {
      const rows = await database.query(BEAT, [node, Math.round(ttlMs)]);
      return rows.length > 0 ? 'alive' : 'evicted';
    },
    leave: (node) => database.transaction(async (query) => bury(query, await query(LOCK_NODE, [node]))),
  };
}
