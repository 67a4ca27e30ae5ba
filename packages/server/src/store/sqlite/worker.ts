// The thread that owns the SQLite connection. Commits block, so they must not block the thread that serves.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { contactVerbs } from './contacts.ts';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { deliveryVerbs } from './deliveries.ts';
import { runGroup } from './group.ts';
import { laneVerbs } from './lanes.ts';
import { nodeVerbs } from './nodes.ts';
import { settingVerbs } from './settings.ts';
import { sweepVerb } from './sweep.ts';
import type { Call, Reply, Request, Verbs } from './protocol.ts';

/** Calls in one group at most, so that the first of them does not wait long for the last. */
const GROUP_CALLS = 256;

if (parentPort === null) throw new Error('This file is the worker thread of the SQLite store.');
const port = parentPort;
const reply = (message: Reply) => port.postMessage(message);

const database = openDatabase(workerData as DatabaseOptions);
const nodes = nodeVerbs(database);
const lanes = laneVerbs(database, nodes);
const verbs: Verbs = {
  ...contactVerbs(database),
  ...deliveryVerbs(database, nodes, lanes),
  claim: lanes.claim,
  waiting: lanes.waiting,
  beat: nodes.beat,
  leave: nodes.leave,
  ...settingVerbs(database),
  ...sweepVerb(database),
};

port.on('message', (first: Request) => {
  const group: Call[] = [];
  let next: Request | undefined = first;
  while (next !== undefined && next !== 'close') {
    group.push(next);
    next = group.length < GROUP_CALLS ? arrived() : undefined;
  }
  if (group.length > 0) commit(group);
  if (next === 'close') stop();
});

/** What is there already, without waiting for it. */
function arrived(): Request | undefined {
  return receiveMessageOnPort(port)?.message as Request | undefined;
}

function commit(group: readonly Call[]): void {
  try {
    reply({ kind: 'results', results: runGroup(database, verbs, group) });
  } catch (error) {
    reply({ kind: 'fatal', message: error instanceof Error ? error.message : String(error) });
    port.close();
  }
}

function stop(): void {
  database.close();
  port.close();
}

reply({ kind: 'ready' });
