// Work that did not come straight from enqueue: retries, backlog, deliveries of failed nodes, and held deliveries
// whose registration must be read again. It is claimed lane by lane, as much as the lane's gateway has room for.
import type { Clock } from '../clock.ts';
import type { Delivery, Settlement, Store } from '../store/store.ts';
import type { Backlog } from './backlog.ts';
import { ageOf } from './holding.ts';
import type { Holding } from './holding.ts';
import type { Lane } from './lane.ts';
import type { LogReason } from './log-reason.ts';
import type { NodeLease } from './node-lease.ts';
import type { Outlet } from './outlet.ts';
import type { Outlets } from './outlets.ts';
import { CHANNEL_MISSING, OVERDUE, POLL_MS, UNREACHABLE_MS } from './retry.ts';
import { pump } from './sending.ts';
import type { SendingContext } from './sending.ts';
import { parseWork, serialiseKept } from './work.ts';

export interface Claims {
  /** There may be due work: checks all lanes. */
  poll(): void;
  /** A lane is known to have work, and its gateway may have room. */
  claim(): void;
  /** A delivery becomes due in this many milliseconds. */
  dueIn(ms: number): void;
  start(): void;
  /** Resolves when nothing is running any more. */
  stop(): Promise<void>;
}

interface Single {
  readonly go: () => void;
  readonly done: () => Promise<void>;
}

export function createClaims(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly lease: NodeLease;
  readonly outlets: Outlets;
  readonly backlog: Backlog;
  readonly holding: Holding;
  readonly context: () => SendingContext;
  readonly storeFailed: (what: string, error: unknown) => void;
}): Claims {
  const { store, clock, lease, outlets, backlog, holding } = options;
  let stopped = false;
  let pollTimer: NodeJS.Timeout | undefined;

  /** Runs one at a time; calls during a run cause one more run. */
  const single = (what: string, run: () => Promise<void>): Single => {
    let running: Promise<void> | undefined;
    let again = false;
    const go = (): void => {
      if (stopped) return;
      if (running) {
        again = true;
        return;
      }
      running = run()
        .catch((error: unknown) => options.storeFailed(what, error))
        .finally(() => {
          running = undefined;
          if (!again) return;
          again = false;
          go();
        });
    };
    return { go, done: () => running ?? Promise.resolve() };
  };

  // A claim of a thousand deliveries, and reading their registrations, takes a while. Lanes with few do not wait
  // for it.
  const few = single('claim', () => claimSome('few'));
  const many = single('claim', () => claimSome('many'));
  const claims: Single = {
    go: () => {
      for (const outlet of outlets.all()) outlet.announce();
      few.go();
      many.go();
    },
    done: async () => void (await Promise.all([few.done(), many.done()])),
  };

  async function claimSome(which: 'few' | 'many'): Promise<void> {
    const asked: {
      readonly outlet: Outlet;
      readonly lane: Lane;
      readonly share: number;
      readonly before: number;
    }[] = [];
    if (!lease.holds()) return;
    for (const outlet of outlets.all())
      for (const [lane, share] of outlet.shares(which))
        asked.push({ outlet, lane, share, before: lane.stored });
    if (asked.length === 0) return;
    for (const { outlet, lane, share } of asked) {
      lane.claiming = share;
      lane.reserved += share;
      outlet.reserved += share;
    }
    try {
      const node = lease.name;
      const claimed = await claim(node, new Map(asked.map(({ lane, share }) => [lane.name, share])));
      const byLane = Map.groupBy(claimed, ({ lane }) => lane);
      for (const { outlet, lane, share, before } of asked) {
        const count = byLane.get(lane.name)?.length ?? 0;
        // Nothing is left except deliveries enqueued since the claim.
        const left = count < share ? lane.stored - before : Math.max(1, lane.stored - count);
        lane.claiming = 0;
        outlet.setStored(lane, Math.max(0, left));
      }
      await Promise.all([...byLane].map(([lane, deliveries]) => holding.receive(lane, deliveries, node)));
      if (claimed.length > 0) claims.go();
    } finally {
      for (const { outlet, lane, share } of asked) {
        lane.claiming = 0;
        lane.reserved -= share;
        outlet.reserved -= share;
      }
    }
  }

  async function claim(node: string, want: ReadonlyMap<string, number>): Promise<Delivery[]> {
    try {
      return await store.claim(node, want);
    } catch (error) {
      lease.doubt(node);
      throw error;
    }
  }

  /** Lanes whose channel does not exist: deliveries wait a while for newer settings, then end with the reason. */
  async function endWithoutChannel(lane: string, count: number): Promise<void> {
    for (const delivery of await claim(lease.name, new Map([[lane, count]]))) {
      const { id, day } = delivery;
      const work = parseWork(delivery.work);
      const reason = 'channel-not-configured';
      const to =
        ageOf(clock, delivery, work) < CHANNEL_MISSING.endsMs
          ? ({ status: 'queued', dueInMs: CHANNEL_MISSING.againMs, reason } as const)
          : ({ status: 'rejected', reason, keep: serialiseKept(work) } as const);
      options.context().settler.add({ id, day, attempts: [], to });
    }
  }

  /**
   * Deliveries for a gateway that accepts nothing still expire, and their log should say so. Those that have not
   * expired record why they wait, and return to their place in the queue.
   */
  async function endOverdue(outlet: Outlet, now: number, reason: LogReason): Promise<void> {
    const lanes = [...outlet.lanes()].filter((lane) => lane.stored > 0);
    if (lanes.length === 0 || now - outlet.reviewedAt < OVERDUE.everyMs || !lease.holds()) return;
    outlet.reviewedAt = now;
    const each = Math.ceil(OVERDUE.atMost / lanes.length);
    for (const delivery of await claim(lease.name, new Map(lanes.map(({ name }) => [name, each])))) {
      const { id, day, expiresInMs, ageMs } = delivery;
      const to: Settlement['to'] =
        expiresInMs <= 0
          ? { status: 'expired', keep: serialiseKept(parseWork(delivery.work)) }
          : { status: 'queued', dueInMs: -ageMs, reason };
      options.context().settler.add({ id, day, attempts: [], to });
      // There may be more behind one that has expired.
      if (expiresInMs <= 0) outlet.reviewedAt = -Infinity;
    }
  }

  const polls = single('look for work', async () => {
    for (const [lane, count] of await backlog.countStored())
      if (lease.holds()) await endWithoutChannel(lane, count);
    const now = clock.monotonic();
    for (const outlet of outlets.all()) {
      outlet.forgetIdle();
      outlet.pausedDevices.forgetOld();
      options.context().look(outlet);
      // If a gateway accepts nothing, nothing stays in memory: held deliveries are returned, for any node that can
      // send them.
      const isIdle = outlet.held === 0 && outlet.stored === 0;
      if (outlet.gateway.credit > 0 || outlet.running > 0 || isIdle) outlet.workedAt = now;
      const why =
        outlet.breaker.state === 'open'
          ? 'breaker-open'
          : now - outlet.workedAt > UNREACHABLE_MS
            ? 'gateway-unreachable'
            : undefined;
      if (why === undefined) outlet.reviewedAt = now;
      else {
        outlet.pace.forget();
        holding.giveBack(outlet.drain(), 0, why);
        await endOverdue(outlet, now, why);
      }
      pump(options.context(), outlet);
    }
    backlog.recount();
    claims.go();
  });

  /** One timer for the next delivery that becomes due within a second; the poll finds later ones. */
  let wakeTimer: NodeJS.Timeout | undefined;
  let wakeAt = Infinity;

  return {
    poll: polls.go,
    claim: claims.go,
    dueIn: (ms) => {
      const at = clock.monotonic() + ms;
      // Negative: the delivery went back to its old place in the queue, which is no reason to wake up.
      if (stopped || ms < 0 || ms >= POLL_MS || at >= wakeAt) return;
      wakeAt = at;
      clearTimeout(wakeTimer);
      wakeTimer = setTimeout(() => {
        wakeAt = Infinity;
        polls.go();
      }, ms + 1);
    },
    start: () => {
      pollTimer = setInterval(polls.go, POLL_MS);
      polls.go();
    },
    stop: async () => {
      stopped = true;
      clearInterval(pollTimer);
      clearTimeout(wakeTimer);
      await Promise.all([claims.done(), polls.done(), holding.done()]);
    },
  };
}
