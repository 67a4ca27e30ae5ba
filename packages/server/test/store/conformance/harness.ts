// The fixtures of a conformance case: an open store with a movable clock, and rows to insert.
import { after, before } from 'node:test';
import type {
  Attempt,
  Claim,
  ContactChange,
  NewDelivery,
  Settlement,
  SkippedDelivery,
  Store,
} from '../../../src/store/store.ts';

export interface Harness {
  /** Two connections to the same data: of two processes if the adapter supports it, otherwise the same one twice. */
  readonly stores: readonly [Store, Store];
  /** Advances the store's clocks. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock back (or forward, if negative); the monotonic clocks continue. */
  setBack(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type Open = () => Promise<Harness>;

/** One store for the tests of a `describe`; unique names keep them apart. */
export function useStore(open: Open) {
  let harness: Harness | undefined;
  before(async () => {
    harness = await open();
  });
  after(() => harness?.close());
  const current = () => {
    if (harness === undefined) throw new Error('The store is open only while tests run.');
    return harness;
  };
  return {
    get store() {
      return current().stores[0];
    },
    get stores() {
      return current().stores;
    },
    advance: (ms: number) => current().advance(ms),
    setBack: (ms: number) => current().setBack(ms),
    /** A new live node, by default for an hour. */
    async node(ttlMs = 3_600_000): Promise<string> {
      const name = fresh('node');
      await current().stores[0].beat(name, ttlMs);
      return name;
    },
  };
}

/** The number of waiting deliveries by lane. */
export async function counts(store: Store, cap: number): Promise<Map<string, number>> {
  return new Map([...(await store.waiting(cap))].map(([lane, { count }]) => [lane, count]));
}

let count = 0;

/** A unique name. */
export function fresh(noun: string): string {
  count += 1;
  return `${noun}-${String(count).padStart(6, '0')}`;
}

export const DAY = '2026-11-22';

export function newDelivery(change: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id: fresh('delivery'),
    day: DAY,
    instanceId: 'instance',
    contactId: 'contact',
    messageId: fresh('message'),
    registrationId: 'registration',
    lane: 'lane',
    expiresInMs: 43_200_000,
    work: '{"title":"Bücher 📚"}',
    ...change,
  };
}

export function newDeliveries(count: number, change: Partial<NewDelivery> = {}): NewDelivery[] {
  return Array.from({ length: count }, () => newDelivery(change));
}

export function skippedDelivery(change: Partial<SkippedDelivery> = {}): SkippedDelivery {
  return {
    id: fresh('delivery'),
    day: DAY,
    instanceId: 'instance',
    contactId: 'contact',
    messageId: fresh('message'),
    reason: 'no-registration',
    ...change,
  };
}

export function contactChange(change: Partial<ContactChange> = {}): ContactChange {
  return { instanceId: 'instance', contactId: fresh('contact'), version: 0, body: '{"v":1}', ...change };
}

export function newClaim(change: Partial<Claim> = {}): Claim {
  return {
    instanceId: 'instance',
    operation: 'CreatePushNotificationRegistration',
    token: fresh('token'),
    fingerprint: 'ab'.repeat(32),
    answer: '{"RegistrationId":"r"}',
    ...change,
  };
}

export function attempt(change: Partial<Attempt> = {}): Attempt {
  return { at: 1_795_000_000_000, outcome: 'unknown', gateway: 'apns', ...change };
}

export function settlement(id: string, to: Settlement['to'], attempts: readonly Attempt[] = []): Settlement {
  return { id, day: DAY, attempts, to };
}

export const credit = (lane: string, count: number) => new Map([[lane, count]]);

export const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
