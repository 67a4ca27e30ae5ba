// The store on one SQLite file: for one process, on a local disk.
//
// This half runs on the calling thread. It numbers the calls, passes them to the worker, and waits for their group's commit.
import { Worker } from 'node:worker_threads';
import { systemClock, type Clock } from '../../clock.ts';
import { createPerTurn } from '../../fairness/per-turn.ts';
import { Numbered } from '../../collections/numbered.ts';
import { unpackStates } from '../enqueue-states.ts';
import { createHints } from '../hints.ts';
import { StoreUnavailableError } from '../store.ts';
import type { Contact, ContactKey, Store } from '../store.ts';
import { createWaitingLimit } from '../waiting-limit.ts';
import { isBulk } from './call-queue.ts';
import { createContactCache } from './contact-cache.ts';
import type { DatabaseOptions } from './database.ts';
import {
  packChange,
  packClaim,
  packEntries,
  packKeys,
  packSettlements,
  unpackContacts,
  unpackDeliveries,
  unpackKeys,
} from './flat.ts';
import { keepToUser, makeFolderOf } from './folder.ts';
import { inParts, partsOf } from './parts.ts';
import type { Moment, Reply, Request, Result, Verb, Verbs } from './protocol.ts';

export interface SqliteStoreOptions {
  /** Path of the database file; its folder is created if missing. */
  readonly path: string;
  readonly clock?: Clock;
  /**
   * The file cannot be trusted or the thread has died: the process should exit. Every waiting call has been
   * rejected, and so is every later one. Without this callback the error is thrown uncaught.
   */
  readonly onFatal?: (error: Error) => void;
  /**
   * Maximum size of the database file in bytes; beyond it calls are refused, as on a full disk. Default: the disk's
   * size.
   */
  readonly maxBytes?: number;
  /** Called before the file of an earlier version is upgraded, with a sentence for the operator. */
  readonly onUpgrade?: (sentence: string) => void;
  /** Called for each commit with its number of calls. Must not throw. */
  readonly onCommit?: (calls: number) => void;
  /** Only for the durability test, which must be seen to fail without it. */
  readonly synchronous?: 'FULL' | 'OFF';
}

/** This many calls are worth a message of their own: the worker runs them while this thread prepares the next. */
const ASKED_AT_ONCE = 16;

/** A call for at most this many contacts looks into the cache first. Larger ones wait for their deliveries far longer. */
const CACHED_CONTACTS = 16;

/** V8's young generation. Calls are short-lived: by default it grew to 64 MB, and the thread was no faster. */
const YOUNG_MB = 24;

type Answer<V extends Verb> = ReturnType<Verbs[V]>;

export interface SqliteStore extends Store {
  /**
   * Writes a copy of the database as of the end of this call, while other calls continue. Replaces the file and
   * keeps its mode.
   */
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
  keepToUser(path);
  const waiting = new Numbered<Waiting>();
  const limit = createWaitingLimit();
  let lastSeq = 0;
  let ended: StoreUnavailableError | undefined;

  const worker = await startWorker({ path, synchronous, maxBytes, nowMs: clock.now() }, options.onUpgrade);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let asked: Request[] = [];
  /** Bulk calls without a result. */
  const bulkCalls = new Set<number>();
  /**
   * They reach their callers one per turn. The callers have up to 1,000 rows of a group to look at. When they did so in one turn,
   * it took 10 ms, and a single call beside a flood had a p99 of 133 ms instead of 83.
   */
  const bulkResults = createPerTurn(1, settle);
  function sendAsked(): void {
    if (asked.length === 0) return;
    const requests = asked;
    asked = [];
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(requests);
  }
  /**
   * Sends the request with all others that are asked for before this round of promises has run, or as soon as there are
   * enough. Beside bulk calls that takes long: a small one waited 5 ms.
   */
  function ask(request: Request): void {
    const count = asked.push(request);
    if (typeof request === 'object' && 'verb' in request && isBulk(request)) bulkCalls.add(request.seq);
    else if (bulkCalls.size > 0) return sendAsked();
    if (count === 1) process.nextTick(sendAsked);
    else if (count === ASKED_AT_ONCE) sendAsked();
  }
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'results') {
      options.onCommit?.(reply.results.length);
      for (const result of reply.results)
        if (bulkCalls.has(result.seq)) bulkResults.add(result);
        else settle(result);
    }
    if (reply.kind === 'fatal') fail(new Error(`The database ${path} failed: ${reply.message}`));
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    if (ended === undefined) fail(new Error('The thread of the SQLite store ended unexpectedly.'));
  });

  function settle(result: Result): void {
    const { seq } = result;
    const call = waiting.get(seq);
    if (call === undefined) return;
    waiting.delete(seq);
    bulkCalls.delete(seq);
    call.release();
    if ('unavailable' in result) call.reject(new StoreUnavailableError(result.unavailable));
    else if ('failed' in result) call.reject(new Error(`The store failed: ${result.failed}`));
    else call.resolve(result.value);
  }

  function rejectWaiting(error: Error): void {
    bulkResults.flush();
    for (const { reject } of waiting) reject(error);
    waiting.clear();
  }

  function fail(error: Error): void {
    if (ended !== undefined) return;
    ended = new StoreUnavailableError('The store has failed.', { cause: error });
    rejectWaiting(ended);
    if (options.onFatal === undefined) throw error;
    options.onFatal(error);
  }

  /** `given` in the form of the contract, `crossing` in the form of the worker. */
  function call<V extends Verb>(
    verb: V,
    given: Parameters<Store[V]>,
    crossing: readonly unknown[] = given,
  ): Promise<Answer<V>> {
    return new Promise((resolve, reject) => {
      if (ended !== undefined) throw ended;
      const seq = ++lastSeq;
      const release = limit.admit(verb, given, () => {
        const moment: Moment = { now: clock.now(), monotonic: clock.monotonic() };
        ask({ seq, verb, moment, parameters: crossing });
      });
      waiting.add(seq, { release, resolve: resolve as Waiting['resolve'], reject });
    });
  }

  const cache = createContactCache();
  async function readContacts(keys: readonly ContactKey[]): Promise<(Contact | undefined)[]> {
    const parts = await inParts(keys, (part) => call('contacts', [part], [packKeys(part)]));
    return unpackContacts(keys, parts.flat());
  }

  return {
    contacts: async (keys) => {
      if (ended !== undefined) throw ended;
      return keys.length > CACHED_CONTACTS ? readContacts(keys) : cache.contacts(keys, readContacts);
    },
    claimed: (...given) => call('claimed', given),
    commit: async (change) => {
      const { contact, claim } = change;
      const crossing = [contact ? packChange(contact) : null, claim ? packClaim(claim) : null];
      try {
        return await call('commit', [change], crossing);
      } finally {
        if (contact) cache.forget(contact);
      }
    },
    registered: (...given) => call('registered', given),
    ended: (...given) => call('ended', given),
    registrations: (...given) => call('registrations', given),
    enqueue: async (batch, node, credit) =>
      unpackStates(batch, await call('enqueue', [batch, node, credit], [packEntries(batch), node, credit])),
    claim: async (node, want) => {
      const claims = partsOf(want).map((part) => call('claim', [node, part]));
      return unpackDeliveries((await Promise.all(claims)).flat());
    },
    waiting: (...given) => call('waiting', given),
    settle: async (node, batch) => {
      const parts = await inParts(batch, (part) =>
        call('settle', [node, part], [node, packSettlements(part)]),
      );
      return { lost: parts.flatMap(({ lost }) => lost) };
    },
    beat: (...given) => call('beat', given),
    nodes: (...given) => call('nodes', given),
    leave: (...given) => call('leave', given),
    deliveries: (...given) => call('deliveries', given),
    instanceDeliveries: (...given) => call('instanceDeliveries', given),
    deliveryCounts: (...given) => call('deliveryCounts', given),
    delivery: (...given) => call('delivery', given),
    replay: (...given) => call('replay', given),
    withdraw: (...given) => call('withdraw', given),
    setting: (...given) => call('setting', given),
    settings: (...given) => call('settings', given),
    putSetting: (...given) => call('putSetting', given),
    everything: (...given) => call('everything', given),
    async sweep(...given) {
      const { isMore, contacts } = await call('sweep', given);
      for (const key of unpackKeys(contacts)) cache.forget(key);
      return isMore;
    },
    ...createHints(),
    async copyTo(path) {
      if (ended !== undefined) throw ended;
      const seq = ++lastSeq;
      const result = new Promise<unknown>((resolve, reject) =>
        waiting.add(seq, { release: () => {}, resolve, reject }),
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
      // A copy that was still being made.
      rejectWaiting(ended);
    },
  };
}

async function startWorker(
  options: DatabaseOptions,
  onUpgrade?: (sentence: string) => void,
): Promise<Worker> {
  // Next to this file, as source or as built.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  // It imports only its neighbours and Node: no condition or preload of the process is needed.
  const worker = new Worker(new URL(file, import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    workerData: options,
    execArgv: [],
    name: 'sqlite',
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // What the worker threw while opening.
  worker.once('error', reject);
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'upgrading') onUpgrade?.(reply.sentence);
    if (reply.kind === 'ready') resolve();
  });
  await ready;
  return worker;
}
