// Passes settlements to the store, one call at a time: those that arrive meanwhile go with the next call. They are
// collected for a moment first, because a commit costs more than everything it writes, and nobody waits for a
// settlement: if one is lost with the process, an attempt is repeated under the same identity. While the store is
// unavailable they wait here; the dispatcher begins no attempts above MAX_UNSETTLED, so this is bounded.
//
// A settlement that the store refuses must not delay others, which belong to all applications: the call is halved
// until that settlement is alone. Its final status matters most, so it is then settled without its attempts. If the
// store refuses even that, it is put aside and retried every minute.
import { StoreUnavailableError } from '../store/store.ts';
import type { Settlement, Store } from '../store/store.ts';
import type { LogReason } from './log-reason.ts';

export interface Settler {
  add(settlement: Settlement): void;
  /** Settlements not yet stored, except those put aside. */
  readonly pending: number;
  /** Settlements that the store refuses. */
  readonly aside: number;
  /** Resolves when nothing is pending, or rejects after `timeoutMs` and stops trying. For shutdown. */
  flush(timeoutMs: number): Promise<void>;
}

const MAX_BATCH = 1_000;
/**
 * Collect until there are this many, or for this long. Passed on at once, they caused ten commits per batch of new
 * deliveries.
 */
const GATHERED = { count: 500, ms: 20 } as const;
const RETRY_MS = 250;
const ASIDE_AGAIN_MS = 60_000;
/** When a settlement is due again if its own due time may be what the store refuses. */
const PLAIN_DUE_MS = 60_000;

export function createSettler(
  store: Store,
  node: () => string,
  on: {
    stored(batch: readonly Settlement[], lost: readonly string[]): void;
    /** `what` failed; it is retried. */
    failed(what: string, error: unknown): void;
  },
): Settler {
  let waiting: Settlement[] = [];
  let running: Settlement[] = [];
  const aside: Settlement[] = [];
  let asideTimer: NodeJS.Timeout | undefined;
  /** How many go in one call: fewer while searching for the one that the store refuses. */
  let most = MAX_BATCH;
  const idle: (() => void)[] = [];

  let active = false;
  let ending = false;
  let over = false;

  const unstored = (): number => waiting.length + running.length;

  /** Ends the collecting. */
  let enough: (() => void) | undefined;

  function add(settlement: Settlement): void {
    if (waiting.push(settlement) >= GATHERED.count) enough?.();
    if (active) return;
    active = true;
    void run();
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      if (waiting.length < GATHERED.count && !ending) await gathered();
      running = waiting.splice(0, most);
      const failure = await settle(running);
      const isAway = failure?.error instanceof StoreUnavailableError;
      if (failure === undefined) most = Math.min(MAX_BATCH, most * 2);
      else if (!isAway && running.length === 1) await settleAlone(running[0]!, failure.error);
      else {
        // Repeating is harmless (the contract), so a call whose answer was lost is simply repeated.
        if (isAway) on.failed('settle', failure.error);
        else most = Math.ceil(running.length / 2);
        waiting = running.concat(waiting);
      }
      running = [];
      if (isAway) await pause();
      if (over) return;
    }
    active = false;
    for (const resolve of idle.splice(0)) resolve();
  }

  function gathered(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => enough?.(), GATHERED.ms);
      enough = () => {
        clearTimeout(timer);
        enough = undefined;
        resolve();
      };
    });
  }

  async function settle(batch: readonly Settlement[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      const { lost } = await store.settle(node(), batch);
      on.stored(batch, lost);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  async function settleAlone(settlement: Settlement, cause: unknown): Promise<void> {
    const what = `settle delivery ${settlement.id}`;
    on.failed(what, new Error(`The store refuses ${withoutText(settlement)}.`, { cause }));
    const failure = await settle([plain(settlement)]);
    if (failure === undefined) return;
    on.failed(`${what} without its attempts`, failure.error);
    running = [];
    aside.push(settlement);
    if (!ending) asideTimer ??= setTimeout(takeUp, ASIDE_AGAIN_MS).unref();
    // The store may be failing in general, not only for this settlement.
    await pause();
  }

  function takeUp(): void {
    clearTimeout(asideTimer);
    asideTimer = undefined;
    for (const settlement of aside.splice(0)) add(settlement);
  }

  return {
    add,
    get pending() {
      return unstored();
    },
    get aside() {
      return aside.length;
    },
    flush: (timeoutMs) => {
      ending = true;
      enough?.();
      takeUp();
      if (unstored() === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const fail = (count: number): void => reject(new Error(`${count} settlements could not be stored`));
        const timer = setTimeout(() => {
          over = true;
          fail(unstored() + aside.length);
        }, timeoutMs);
        idle.push(() => {
          clearTimeout(timer);
          if (aside.length > 0) fail(aside.length);
          else resolve();
        });
      });
    },
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, RETRY_MS));

/** For the log, which must not contain message texts. */
const withoutText = (settlement: Settlement): string =>
  JSON.stringify(settlement, (name, value: unknown) => (name === 'keep' ? undefined : value));

/** Only how it ended, or that it is waiting. */
function plain({ id, day, to: { status } }: Settlement): Settlement {
  const reason: LogReason = 'not-recorded';
  const to = status === 'queued' ? { status, dueInMs: PLAIN_DUE_MS, reason } : { status, reason };
  return { id, day, attempts: [], to };
}
