// The store contract: everything that outlives a process, in domain verbs. Long because each verb and type states its
// guarantees.
//
// Bodies are opaque text to a store, there is no SQL outside the stores, and times are passed as durations: each
// store measures them on its own clock (SQLite: the machine's; PostgreSQL: the database's), so nodes need not
// agree. Every verb may be repeated: writes are idempotent by id. `test/store/conformance.ts` is the contract in
// executable form.

/** Identifies one contact. Registrations are stored under the initial contact of a chat. */
export interface ContactKey {
  readonly instanceId: string;
  readonly contactId: string;
}

/** A contact document (or an alias) as stored. */
export interface Contact extends ContactKey {
  /** Increases by one with each commit; 0 means that nothing is stored yet. */
  readonly version: number;
  /** The document, JSON text of at most 64 KiB. */
  readonly body: string;
}

/** A new state of a contact: written only if the stored version is still `version`. */
export interface ContactChange extends Contact {
  /** How long until `ended` returns this contact to housekeeping, in milliseconds; absent: never. */
  readonly reviewInMs?: number;
  /** Change in its number of registrations compared with the previous state, for `registrations`. Absent: none. */
  readonly registrationsGained?: number;
  /** How long until `sweep` deletes this contact, in milliseconds; absent: never. */
  readonly keepForMs?: number;
}

/** What a ClientToken was used for, and the answer it got. */
export interface Claim {
  readonly instanceId: string;
  readonly operation: string;
  readonly token: string;
  /** SHA-256 (hex) over the parameters with defaults applied. */
  readonly fingerprint: string;
  /** The answer, JSON text. */
  readonly answer: string;
}

export type CommitResult = 'committed' | 'contact-changed' | 'token-taken';

/** A delivery without its text: what it is and whom it is for. */
export interface DeliveryHead {
  /** Derived from event and device (delivery/identity.ts), never random. */
  readonly id: string;
  /** UTC day of the *event* (`2026-11-22`), by which old rows are dropped. */
  readonly day: string;
  readonly instanceId: string;
  /** The initial contact. */
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId: string;
  /** (instance, application, channel) as one opaque text. */
  readonly lane: string;
}

/** A delivery to enqueue: one notification for one device. */
export interface NewDelivery extends DeliveryHead {
  readonly expiresInMs: number;
  /** What the dispatcher needs to send it, JSON text; erased when the delivery ends. */
  readonly work: string;
}

/** A delivery that never starts: kept only for the delivery log. */
export interface SkippedDelivery {
  readonly id: string;
  readonly day: string;
  readonly instanceId: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId?: string;
  readonly reason: string;
}

export type Enqueued = NewDelivery | SkippedDelivery;

/**
 * `leased`: stored and owned by the calling node, which sends it now. `queued`: waits for a claim. `known`: the id
 * already existed, or is that of an earlier entry of the batch; nothing changed.
 */
export type EnqueueState = 'leased' | 'queued' | 'known' | 'skipped';

export interface EnqueueResult {
  readonly id: string;
  readonly state: EnqueueState;
}

/** A delivery leased to the node that claimed it. */
export interface Delivery extends NewDelivery {
  /** How many of the kept attempts (the first 2, the last 8) were sent: all but the `unsent` ones. */
  readonly sentBefore: number;
  /** Milliseconds since it was enqueued. */
  readonly ageMs: number;
  // `expiresInMs` may be zero or less: the claiming node settles such a delivery as expired.
}

/** One request to a gateway, as kept in the delivery log. */
export interface Attempt {
  /** Milliseconds since the epoch, by the sending node's clock. */
  readonly at: number;
  readonly outcome: 'accepted' | 'rejected' | 'unsent' | 'unknown';
  /** Which gateway: `apns`, `apns-sandbox`, `fcm`, or the same with ` (emulated)`. */
  readonly gateway: string;
  /** The gateway's answer, such as `410 Unregistered`, or the connection error. */
  readonly answer?: string;
  /** Milliseconds from HEADERS to the answer. */
  readonly ms?: number;
}

/** A node that sends heartbeats. Times are milliseconds since the epoch, by the store's clock. */
export interface LivingNode {
  readonly name: string;
  /** Its first heartbeat under this name. */
  readonly since: number;
  /** Its last heartbeat. */
  readonly beatAt: number;
  /** The node's description of itself; empty: it has none. */
  readonly about: string;
}

/** How a delivery can end. */
export type EndStatus = 'accepted' | 'rejected' | 'expired' | 'withdrawn';

/** The result for a leased delivery: it ended, or it waits again. */
export interface Settlement {
  readonly id: string;
  /** As it was enqueued: a store may look for the delivery only there. */
  readonly day: string;
  /** Attempts since the last settlement, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly to:
    | {
        readonly status: EndStatus;
        readonly reason?: string;
        /**
         * The part of the work that a replay needs, opaque; stays with the row. Absent: all of the work is erased.
         */
        readonly keep?: string;
      }
    | { readonly status: 'queued'; readonly dueInMs: number; readonly reason?: string };
}

/** One row of the delivery log. */
export interface LogEntry {
  readonly id: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId?: string;
  /** Absent: it never started. */
  readonly lane?: string;
  readonly status: 'queued' | EndStatus | 'skipped';
  readonly reason?: string;
  /** The first 2 and the last 8 attempts. */
  readonly attempts: readonly Attempt[];
  /** Total number of attempts. */
  readonly attemptCount: number;
  /** Milliseconds since the epoch at which it was enqueued, by the store's clock. */
  readonly at: number;
  /** Likewise, when it expires; absent: it never started. */
  readonly expiresAt?: number;
  /** It is undelivered, and part of its work was kept: `replay` would accept it. */
  readonly isKept?: true;
}

/** One row of the delivery log with the part that a replay needs. */
export interface LoggedDelivery extends LogEntry {
  /** See `Settlement`; also absent while it is queued. */
  readonly kept?: string;
}

/** Selects deliveries of an instance. */
export interface DeliveryFilter {
  readonly instanceId: string;
  /** `undelivered`: ended, and not accepted. Absent: all that started, so all but `skipped`. */
  readonly status?: LogEntry['status'] | 'undelivered';
  readonly reason?: string;
  /** Only lanes whose names begin with one of these. */
  readonly lanes?: readonly string[];
  /** Enqueued at this time or later, milliseconds since the epoch by the store's clock. */
  readonly from?: number;
  /** Enqueued before this time. */
  readonly to?: number;
}

/** How an ended delivery is queued again. */
export interface Replay {
  readonly lane: string;
  readonly expiresInMs: number;
  readonly work: string;
  readonly reason: string;
}

/** The due work of a lane that nobody has leased. */
export interface Waiting {
  readonly count: number;
  /** How long the first of it has been due, in milliseconds, by the store's clock. */
  readonly dueForMs: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly next?: string;
}

export type SettingKind = 'application' | 'instance' | 'access-key';

export interface Setting {
  readonly kind: SettingKind;
  readonly id: string;
  readonly version: number;
  readonly body: string;
}

/** One entry as exported from a store for another one. Remaining times are in milliseconds from now. */
export type StoredThing =
  | { readonly kind: 'setting'; readonly setting: Omit<Setting, 'version'> }
  | { readonly kind: 'contact'; readonly contact: Omit<ContactChange, 'version' | 'registrationsGained'> }
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'delivery'; readonly delivery: StoredDelivery };

/** A row of the delivery log and, if it is waiting, what is needed to send it. */
export interface StoredDelivery extends LoggedDelivery {
  readonly instanceId: string;
  readonly day: string;
  readonly waiting?: { readonly work: string; readonly expiresInMs: number; readonly dueInMs: number };
}

export type HintKind = 'work' | 'setting' | 'revoked';

/**
 * Thrown (as the rejection of any verb) when the store cannot answer now: disk full, database unavailable. The
 * caller answers 5xx.
 */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
}

/** Too many calls are waiting: this one was refused before any of it was done. */
export class StoreBusyError extends StoreUnavailableError {
  override readonly name = 'StoreBusyError';
}

export interface Store {
  /**
   * The contacts of these keys, in their order. Linearizable: sees every commit answered before this call began, on
   * any node.
   */
  contacts(keys: readonly ContactKey[]): Promise<(Contact | undefined)[]>;
  /** What a ClientToken was used for within the last 7 days. */
  claimed(instanceId: string, operation: string, token: string): Promise<Claim | undefined>;
  /**
   * Stores the contact at version + 1 iff its stored version is still `contact.version`, and the claim iff its
   * token is free: both or neither, durable on return. If both conditions fail, the answer is `token-taken`.
   */
  commit(change: { contact?: ContactChange; claim?: Claim }): Promise<CommitResult>;
  /**
   * The contact for which a registration id was created (registration-id.ts), whether or not it still has that
   * registration.
   */
  registered(instanceId: string, registrationId: string): Promise<Contact | undefined>;
  /** Contacts whose review is due, at most `limit`; for housekeeping only. */
  ended(limit: number): Promise<Contact[]>;
  /** How many registrations the contacts of an instance have, as the sum of its commits' changes. */
  registrations(instanceId: string): Promise<number>;

  /**
   * Stores deliveries, durable on return. `credit` says how many of each lane the node could send at once: that
   * many are leased to it immediately, in the order of the batch; but none while the lane has older work that is
   * due, and none to a node without a heartbeat. The results are in the order of the batch.
   */
  enqueue(
    batch: readonly Enqueued[],
    node: string,
    credit: ReadonlyMap<string, number>,
  ): Promise<EnqueueResult[]>;
  /**
   * Leases due work to the node, oldest first, at most `want` per lane; includes work of silent nodes, never that
   * of a live one. Nothing is leased to a node without a heartbeat.
   */
  claim(node: string, want: ReadonlyMap<string, number>): Promise<Delivery[]>;
  /** Lanes with due work that `claim` would return, each counted up to `cap`. */
  waiting(cap: number): Promise<Map<string, Waiting>>;
  /**
   * Records every attempt and moves the delivery on. `accepted` ends a delivery no matter who owns it, even if it
   * had ended otherwise; anything else requires the node's own lease, and `lost` lists the deliveries without one.
   * Repeating is harmless: an attempt that is already recorded (equal in every member) is not recorded again; a
   * settlement with only such attempts moves nothing, and neither does one without attempts that would end a
   * delivery as it has ended. Neither counts as lost.
   */
  settle(node: string, batch: readonly Settlement[]): Promise<{ lost: string[] }>;
  /**
   * Reports that the node is alive, for `ttlMs` from now; the first heartbeat of a name registers it. `evicted`: it
   * was silent for too long, or has left, and its leases are void: it must take a new name. Names are never reused.
   * `about` describes the node and is opaque; without it, the description stays as it is.
   */
  beat(node: string, ttlMs: number, about?: string): Promise<'alive' | 'evicted'>;
  /** The nodes that are alive, oldest first. */
  nodes(): Promise<LivingNode[]>;
  /** Releases the node's leases at once. */
  leave(node: string): Promise<void>;
  /** The delivery log of a contact, newest first. */
  deliveries(contact: ContactKey, page: PageRequest): Promise<Page<LogEntry>>;
  /**
   * The deliveries of an instance, newest first by enqueue time. A call examines a bounded number of rows: a page
   * may have fewer than `limit`, even none, and still have a next one.
   */
  instanceDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<LogEntry>>;
  /**
   * How many deliveries of an instance were enqueued in each minute from `from` up to but not including `to`, both
   * in minutes since the epoch by the store's clock: those that started, or only those that are `undelivered` by
   * now.
   */
  deliveryCounts(
    instanceId: string,
    of: 'started' | 'undelivered',
    from: number,
    to: number,
  ): Promise<number[]>;
  /** One row of the delivery log. */
  delivery(instanceId: string, id: string): Promise<LoggedDelivery | undefined>;
  /**
   * Queues a delivery again, due now, with its attempts so far, iff it is undelivered and part of its work was
   * kept; otherwise, and for an unknown one, `changed`.
   */
  replay(instanceId: string, id: string, replay: Replay): Promise<'queued' | 'changed'>;
  /**
   * Ends a queued delivery as withdrawn, no matter who owns it, and keeps nothing of its work. `ended`: it had
   * already ended, or never started. The answer of a running attempt is still recorded, and `accepted` still wins.
   */
  withdraw(instanceId: string, id: string, reason: string): Promise<'withdrawn' | 'ended' | 'unknown'>;

  setting(kind: SettingKind, id: string): Promise<Setting | undefined>;
  settings(kind: SettingKind, page: PageRequest): Promise<Page<Setting>>;
  /**
   * Writes a setting (without `body`: removes it) iff its stored version is `expectedVersion` (0: it does not
   * exist).
   */
  putSetting(
    kind: SettingKind,
    id: string,
    expectedVersion: number,
    body?: string,
  ): Promise<'committed' | 'changed'>;

  /**
   * Everything that another store needs to replace this one, page by page; pages may be short. Exact while nobody
   * writes: later writes may be missing.
   */
  everything(page: PageRequest): Promise<Page<StoredThing>>;

  /** Deletes expired data, at most `limit` rows; true: there is more. */
  sweep(limit: number): Promise<boolean>;

  /**
   * Hints may be lost, late or duplicated: they only wake listeners, which then look. Returns a function that stops
   * listening.
   */
  onHint(listener: (kind: HintKind, id: string) => void): () => void;
  hint(kind: HintKind, id: string): void;

  /** Finishes pending work, then releases everything. */
  close(): Promise<void>;
}

/** How long every store keeps things. */
export const RETENTION = {
  /** A ClientToken's claim: 7 days from success. */
  claimMs: 7 * 86_400_000,
  /** A settled delivery: the longest time to live (7 days) and an hour, counted from the end of its event's day. */
  deliveryMs: 7 * 86_400_000 + 3_600_000,
} as const;
