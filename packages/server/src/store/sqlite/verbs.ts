// Every verb on one connection.
//
// One row of `delivery` is both queue entry and log entry:
//
//   enqueue ─► queued, owner 0 ──claim──► queued, owner n ──settle──► accepted | rejected | expired | withdrawn
//          └─► queued, owner n               │    ▲
//          └─► skipped                       └────┘ settle to `queued`: owner 0, due later
//
// The column `holder` is the owner as far as the index delivery_open needs it (migrations.ts).
import type { DatabaseSync } from 'node:sqlite';
import { openClaims } from './claims.ts';
import { BY_LOCATOR, contactVerbs } from './contacts.ts';
import { contactLogVerb } from './contact-log.ts';
import { openDeliveryIndex } from './delivery-index.ts';
import { enqueueVerb } from './enqueue.ts';
import { everythingVerb } from './everything.ts';
import { instanceLogVerbs } from './instance-log.ts';
import { laneVerbs } from './lanes.ts';
import { openLeases } from './leases.ts';
import { nodeVerbs } from './nodes.ts';
import { settleVerb } from './settle.ts';
import { settingVerbs } from './settings.ts';
import { sweepVerb } from './sweep.ts';
import { openHashedIndex, type Transactional } from './hashed-index.ts';
import type { Verbs } from './protocol.ts';

/** A database and what belongs to it. */
export interface Connection {
  readonly database: DatabaseSync;
  readonly verbs: Verbs;
  /** What the verbs keep in memory of what they have written. */
  readonly memory: Transactional;
}

export function createConnection(database: DatabaseSync): Connection {
  const leases = openLeases(database);
  const nodes = nodeVerbs(database, leases);
  const lanes = laneVerbs(database, nodes);
  const index = openDeliveryIndex(database);
  const byLocator = openHashedIndex(database, BY_LOCATOR);
  const claims = openClaims(database);
  const indexes = [index, byLocator, claims.index];
  const verbs: Verbs = {
    ...contactVerbs(database, claims, byLocator),
    ...enqueueVerb(database, nodes, lanes, leases, index),
    ...settleVerb(database, nodes, index),
    ...contactLogVerb(database, index),
    ...instanceLogVerbs(database, lanes, index),
    claim: lanes.claim,
    waiting: lanes.waiting,
    beat: nodes.beat,
    nodes: nodes.nodes,
    leave: nodes.leave,
    ...settingVerbs(database),
    ...everythingVerb(database),
    ...sweepVerb(database, { claim: claims.index, contact: byLocator, delivery: index }),
  };
  const memory: Transactional = {
    committed: () => indexes.forEach((one) => one.committed()),
    rolledBack: () => indexes.forEach((one) => one.rolledBack()),
  };
  return { database, verbs, memory };
}
