// The thread that owns the SQLite connection. Commits block, so they must not run on the thread that serves calls.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { backup } from 'node:sqlite';
import { createCallQueue } from './call-queue.ts';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { runGroup } from './group.ts';
import { createConnection } from './verbs.ts';
import type { Call, Copy, Reply, Requests } from './protocol.ts';

/** Pages copied at a time; a commit waits at most for these. */
const COPY_PAGES = 100;

if (parentPort === null) throw new Error('This file is the worker thread of the SQLite store.');
const port = parentPort;
const reply = (message: Reply) => port.postMessage(message);

const database = openDatabase(workerData as DatabaseOptions, (sentence) =>
  reply({ kind: 'upgrading', sentence }),
);
const connection = createConnection(database);

const calls = createCallQueue();
const copies: Copy[] = [];
let isCopyStarting = false;
let isClosing = false;
let hasFailed = false;

port.on('message', (requests: Requests) => {
  take(requests);
  takeArrived();
  proceed();
});

function proceed(): void {
  while (!isCopyStarting && !hasFailed) {
    const next = copies.shift();
    if (next !== undefined) void copy(next);
    else if (calls.isEmpty) break;
    else commit(calls.nextGroup(takeArrived));
  }
  if (isClosing && !isCopyStarting) stop();
}

function take(requests: Requests): void {
  for (const request of requests) {
    if (request === 'close') isClosing = true;
    else if ('verb' in request) calls.push(request);
    else copies.push(request);
  }
}

/** Takes the messages that have already arrived, without waiting. */
function takeArrived(): void {
  for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
    take(more.message as Requests);
}

function commit(group: Iterable<Call>): void {
  try {
    reply({ kind: 'results', results: runGroup(connection, group) });
  } catch (error) {
    hasFailed = true;
    reply({ kind: 'fatal', message: error instanceof Error ? error.message : String(error) });
    port.close();
  }
}

/**
 * Commits during the copy are included: SQLite applies writes of the same connection to it. They wait for its first
 * step, which another thread takes: Node.js repeats every step but this one when a transaction is open.
 */
async function copy({ seq, copyTo }: Copy): Promise<void> {
  isCopyStarting = true;
  let hasStarted = false;
  const letOthersProceed = (): void => {
    if (hasStarted) return;
    hasStarted = true;
    isCopyStarting = false;
    proceed();
  };
  try {
    await backup(database, copyTo, { rate: COPY_PAGES, progress: letOthersProceed });
    reply({ kind: 'results', results: [{ seq, value: undefined }] });
  } catch (error) {
    // A full disk, or the database was closed meanwhile.
    const unavailable = error instanceof Error ? error.message : String(error);
    reply({ kind: 'results', results: [{ seq, unavailable }] });
  }
  letOthersProceed();
}

function stop(): void {
  database.close();
  port.close();
}

reply({ kind: 'ready' });
