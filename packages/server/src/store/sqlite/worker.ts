// The thread that owns the SQLite connection. Commits block, so they must not run on the thread that serves calls.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { backup } from 'node:sqlite';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { runGroup } from './group.ts';
import { createVerbs } from './verbs.ts';
import type { Call, Copy, Reply, Request, Requests } from './protocol.ts';

/** Maximum calls in one group, so that the first does not wait long for the last. */
const GROUP_CALLS = 256;
/** Pages copied at a time; a commit waits at most for these. */
const COPY_PAGES = 100;

if (parentPort === null) throw new Error('This file is the worker thread of the SQLite store.');
const port = parentPort;
const reply = (message: Reply) => port.postMessage(message);

const database = openDatabase(workerData as DatabaseOptions);
const verbs = createVerbs(database);

port.on('message', (requests: Requests) => {
  const queue = [...requests];
  for (;;) {
    for (let more = arrived(); more !== undefined; more = arrived()) queue.push(...more);
    const group: Call[] = [];
    while (group.length < GROUP_CALLS && isCall(queue[0])) group.push(queue.shift() as Call);
    if (group.length > 0) commit(group);
    else {
      const next = queue.shift();
      if (next === undefined) return;
      if (next === 'close') return stop();
      void copy(next as Copy);
    }
  }
});

const isCall = (request: Request | undefined): request is Call =>
  typeof request === 'object' && 'verb' in request;

/** The messages that have already arrived, without waiting. */
function arrived(): Requests | undefined {
  return receiveMessageOnPort(port)?.message as Requests | undefined;
}

function commit(group: readonly Call[]): void {
  try {
    reply({ kind: 'results', results: runGroup(database, verbs, group) });
  } catch (error) {
    reply({ kind: 'fatal', message: error instanceof Error ? error.message : String(error) });
    port.close();
  }
}

/** Commits during the copy are included: SQLite applies writes of the same connection to it. */
async function copy({ seq, copyTo }: Copy): Promise<void> {
  try {
    await backup(database, copyTo, { rate: COPY_PAGES });
    reply({ kind: 'results', results: [{ seq, value: undefined }] });
  } catch (error) {
    // A full disk, or the database was closed meanwhile.
    const unavailable = error instanceof Error ? error.message : String(error);
    reply({ kind: 'results', results: [{ seq, unavailable }] });
  }
}

function stop(): void {
  database.close();
  port.close();
}

reply({ kind: 'ready' });
