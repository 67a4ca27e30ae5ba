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
/** How many copies are being made. */
let copying = 0;
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
    if (next !== undefined) return void copy(next);
    if (calls.isEmpty) break;
    commit(calls.nextGroup(takeArrived));
    // Each step of a copy needs a turn of the event loop.
    if (copying > 0) return void setImmediate(proceed);
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
 * Commits during the copy are included: SQLite applies writes of the same connection to it. New commits wait until its
 * first step, which runs on another thread, has ended: if a transaction is open, Node.js repeats every step except the
 * first, which fails.
 */
async function copy({ seq, copyTo }: Copy): Promise<void> {
  isCopyStarting = true;
  copying++;
  let hasStarted = false;
  const letOthersProceed = (): void => {
    if (hasStarted) return;
    hasStarted = true;
    isCopyStarting = false;
    proceed();
  };
  try {
    // What `progress` throws would become an error of the copy.
    await backup(database, copyTo, { rate: COPY_PAGES, progress: () => void setImmediate(letOthersProceed) });
    reply({ kind: 'results', results: [{ seq, value: undefined }] });
  } catch (error) {
    // Such as a full disk.
    const unavailable = error instanceof Error ? error.message : String(error);
    reply({ kind: 'results', results: [{ seq, unavailable }] });
  }
  copying--;
  letOthersProceed();
}

function stop(): void {
  isClosing = false;
  database.close();
  port.close();
  // A copy would keep the thread until it is complete.
  if (copying > 0) process.exit();
}

reply({ kind: 'ready' });
