// Every verb on one connection.
import type { DatabaseSync } from 'node:sqlite';
import { contactVerbs } from './contacts.ts';
import { deliveryVerbs } from './deliveries.ts';
import { everythingVerb } from './everything.ts';
import { instanceLogVerbs } from './instance-log.ts';
import { laneVerbs } from './lanes.ts';
import { openLeases } from './leases.ts';
import { nodeVerbs } from './nodes.ts';
import { settingVerbs } from './settings.ts';
import { sweepVerb } from './sweep.ts';
import type { Verbs } from './protocol.ts';

export function createVerbs(database: DatabaseSync): Verbs {
  const leases = openLeases(database);
  const nodes = nodeVerbs(database, leases);
  const lanes = laneVerbs(database, nodes);
  return {
    ...contactVerbs(database),
    ...deliveryVerbs(database, nodes, lanes, leases),
    ...instanceLogVerbs(database, lanes),
    claim: lanes.claim,
    waiting: lanes.waiting,
    beat: nodes.beat,
    nodes: nodes.nodes,
    leave: nodes.leave,
    ...settingVerbs(database),
    ...everythingVerb(database),
    ...sweepVerb(database),
  };
}
