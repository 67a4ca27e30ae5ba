// The store on one SQLite file: for one process, on a disk of its own.
//
// This half runs on the thread that asks. It numbers the calls, hands them to the worker, and waits for their group's
// commit; it says no when too much waits already.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { systemClock, type Clock } from '../../clock.ts';
import { createHints } from '../hints.ts';
import { StoreUnavailableError, type Store } from '../store.ts';
import { createWaitingLimit } from '../waiting-limit.ts';
import type { DatabaseOptions } from './database.ts';
import { makeFolderOf } from './folder.ts';
import type { Moment, Reply, Request, Verb, Verbs } from './protocol.ts';

export interface SqliteStoreOptions {
  /** Of the database file; its folder is made where it is missing. */
  readonly path: string;
  readonly clock?: Clock;
  /**
   * The file cannot be trusted or the thread is gone: the process should exit. Every waiting call has been rejected,
   * and so is every later one. Without it the error is thrown where nobody catches it.
   */
  readonly onFatal?: (error: Error) => void;
  /** Largest size of the database file in bytes; beyond it calls are refused as on a full disk. Default: the disk. */
  readonly maxBytes?: number;
  /** For the test of durability only, which must be seen to fail without it. */
  readonly synchronous?: 'FULL' | 'OFF';
}

type Answer<V extends Verb> = ReturnType<Verbs[V]>;

export interface SqliteStore extends Store {
  /** Writes a copy of the database as it is at the end of this call, while other calls go on. Replaces the file, keeps its mode. */
  copyTo(path: string): Promise<void>;
}

interface Waiting {
  readonly release: () => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Opens the file, migrates it and takes its lock. Rejects with a sentence for the operator. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, clock = systemClock, maxBytes, synchronous = 'FULL' } = options;
  makeFolderOf(path);
  const waiting = new Map<number, Waiting>();
  const limit = createWaitingLimit();
  let lastSeq = 0;
  let ended: StoreUnavailableError | undefined;

  const worker = await startWorker({ path, synchronous, maxBytes });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const ask = (request: Request) => worker.postMessage(request);
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'results') for (const result of reply.results) settle(result.seq, result);
    if (reply.kind === 'fatal') fail(new Error(`The database ${path} failed: ${reply.message}`));
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    if (ended === undefined) fail(new Error('The thread of the SQLite store ended by itself.'));
  });

  function settle(seq: number, result: object): void {
    const call = waiting.get(seq);
    if (call === undefined) return;
    waiting.delete(seq);
    call.release();
    if ('unavailable' in result) call.reject(new StoreUnavailableError(String(result.unavailable)));
    else if ('failed' in result) call.reject(new Error(`The store failed: ${String(result.failed)}`));
    else call.resolve('value' in result ? result.value : undefined);
  }

  function fail(error: Error): void {
    if (ended !== undefined) return;
    ended = new StoreUnavailableError('The store has failed.', { cause: error });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    if (options.onFatal === undefined) throw error;
    options.onFatal(error);
  }

  async function call<V extends Verb>(verb: V, ...parameters: Parameters<Store[V]>): Promise<Answer<V>> {
    if (ended !== undefined) throw ended;
    const seq = ++lastSeq;
    const release = limit.admit(verb, parameters, () => {
      const moment: Moment = { now: clock.now(), monotonic: clock.monotonic() };
      ask({ seq, verb, moment, parameters });
    });
    const result = new Promise<unknown>((resolve, reject) => waiting.set(seq, { release, resolve, reject }));
    return (await result) as Answer<V>;
  }

  return {
    contacts: (keys) => call('contacts', keys),
    claimed: (instanceId, operation, token) => call('claimed', instanceId, operation, token),
    commit: (change) => call('commit', change),
    ended: (limit) => call('ended', limit),
    enqueue: (batch, node, credit) => call('enqueue', batch, node, credit),
    claim: (node, want) => call('claim', node, want),
    waiting: (cap) => call('waiting', cap),
    settle: (node, batch) => call('settle', node, batch),
    beat: (node, ttlMs) => call('beat', node, ttlMs),
    leave: (node) => call('leave', node),
    deliveries: (contact, page) => call('deliveries', contact, page),
    setting: (kind, id) => call('setting', kind, id),
    settings: (kind, page) => call('settings', kind, page),
    putSetting: (kind, id, expectedVersion, body) => call('putSetting', kind, id, expectedVersion, body),
    sweep: (limit) => call('sweep', limit),
    ...createHints(),
    async copyTo(path) {
      if (ended !== undefined) throw ended;
      const seq = ++lastSeq;
      const result = new Promise<unknown>((resolve, reject) =>
        waiting.set(seq, { release: () => {}, resolve, reject }),
      );
      ask({ seq, copyTo: path });
      await result;
    },
    async close() {
      if (ended === undefined) {
        ended = new StoreUnavailableError('The store is closed.');
        limit.startAll();
        ask('close');
      }
      await exited;
    },
  };
}

async function startWorker(options: DatabaseOptions): Promise<Worker> {
  // Beside this file, as source or as built.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  // Its imports are its neighbours and Node's: no condition and no preload of the process matters to it.
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: options,
    execArgv: [],
    name: 'sqlite',
  });
  // Rejects with what the worker threw while opening.
  await once(worker, 'message');
  return worker;
}
