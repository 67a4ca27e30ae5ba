// The operations over a real store, with a manual clock and an intake with free capacity.
import { join } from 'node:path';
import type { Input, OperationName, Output } from '@chatpush/wire';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import type { ContactSettings } from '../../src/contact/settings.ts';
import type { ChannelFingerprint } from '../../src/contact/suspension.ts';
import { createNotify } from '../../src/delivery/notify.ts';
import type { Intake } from '../../src/delivery/notify.ts';
import { createDirectory } from '../../src/operations/directory.ts';
import type { AutoCreate } from '../../src/operations/directory.ts';
import type { SignedHandlers } from '../../src/operations/handlers.ts';
import { createHandlers } from '../../src/operations/operations.ts';
import { createPageTokens } from '../../src/operations/page-token.ts';
import type { ParticipantKeys } from '../../src/operations/participant-token.ts';
import { createContactChanges } from '../../src/store/contact-change.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { NewDelivery, Store } from '../../src/store/store.ts';
import { EVERYTHING } from '../auth/everything.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { applicationParts } from './applications.ts';

export const INSTANCE = 'instance-1';
export const APPLICATION = 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/app-1';
export const NODE = 'node-1';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function createTestClock(start = Date.UTC(2026, 10, 22, 12)) {
  let time = start;
  return { now: () => time, monotonic: () => time, advance: (ms: number) => void (time += ms) };
}

/** An intake that offers `room` per lane and records what it receives. */
export function createTestIntake(room = 1_000) {
  const reserved = new Map<string, number>();
  const leased: NewDelivery[] = [];
  const queued: string[] = [];
  const intake: Intake = {
    reserve: (wanted) => {
      const given = new Map([...wanted].map(([lane, count]) => [lane, Math.min(count, room)]));
      for (const [lane, count] of given) reserved.set(lane, (reserved.get(lane) ?? 0) + count);
      return given;
    },
    doubt: () => undefined,
    handOver: (back, deliveries, lanes) => {
      for (const [lane, count] of back) reserved.set(lane, (reserved.get(lane) ?? 0) - count);
      leased.push(...deliveries);
      queued.push(...lanes.keys());
    },
  };
  return {
    intake,
    leased,
    queued,
    reservedInAll: () => [...reserved.values()].reduce((sum, n) => sum + n, 0),
  };
}

export type Call = <N extends OperationName>(operation: N, input: Input<N>) => Promise<Output<N>>;

export interface ServiceOptions {
  readonly autoCreate?: AutoCreate;
  readonly settings?: Partial<ContactSettings>;
  readonly room?: number;
  /** Default: channels that never change. */
  readonly fingerprintOf?: ChannelFingerprint;
  /** Default: the same for all instances. */
  readonly participantKeys?: ParticipantKeys;
  /** Wraps the store. */
  readonly wrap?: (store: Store) => Store;
}

/** The operations over an open store. */
export function createService(store: Store, clock: Clock, options: ServiceOptions = {}) {
  const settings = { ...DEFAULT_CONTACT_SETTINGS, ...options.settings };
  const seen = options.wrap ? options.wrap(store) : store;
  const changes = createContactChanges({ store: seen, clock, settings });
  const applications = applicationParts(seen);
  applications.live.follow();
  const directory = createDirectory({
    store: seen,
    clock,
    autoCreate: options.autoCreate ?? 'all',
    live: applications.live,
  });
  const { intake, ...handedOver } = createTestIntake(options.room);
  const { fingerprintOf = () => 'the channel' } = options;
  const notify = createNotify({
    store: seen,
    changes,
    clock,
    intake,
    node: () => NODE,
    ttlMs: settings.ttlMs,
    rules: directory.rules,
    fingerprintOf,
  });
  const revoked: string[] = [];
  const handlers: SignedHandlers = createHandlers({
    ...applications,
    store: seen,
    changes,
    clock,
    directory,
    settings,
    notify,
    fingerprintOf,
    participantKeys: options.participantKeys ?? (() => Buffer.alloc(32, 7)),
    pageTokens: createPageTokens(() => [Buffer.alloc(32, 9)]),
    outageOf: () => undefined,
    registrationRefusal: async () => undefined,
    onRevoked: (id) => void revoked.push(id),
    onWork: () => {},
  });
  const call: Call = (operation, input) =>
    handlers[operation](input, {
      caller: { accessKeyId: 'test', ...EVERYTHING },
      region: 'us-east-1',
      requestId: 'r',
    });
  return { call, changes, directory, notify, revoked, ...handedOver };
}

export type Clock = ReturnType<typeof createTestClock>;

/** Opens a store whose `close` removes everything. */
export type OpenStore = (clock: Clock) => Promise<Store>;

export const openSqlite: OpenStore = async (clock) => {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ path: join(folder.path, 'chatpush.db'), clock });
  const close = store.close.bind(store);
  return Object.assign(store, { close: () => close().finally(() => folder.remove()) });
};

/** A new store, and the operations over it. */
export async function openService(options: ServiceOptions & { readonly openStore?: OpenStore } = {}) {
  const clock = createTestClock();
  const store = await (options.openStore ?? openSqlite)(clock);
  // Leases need a live node.
  await store.beat(NODE, 365 * DAY);
  const service = createService(store, clock, options);
  return {
    ...service,
    store,
    clock,
    async [Symbol.asyncDispose]() {
      service.directory.close();
      await store.close();
    },
  };
}

export type Create = Input<'CreatePushNotificationRegistration'>;

export function create(changes: Partial<Create> & { contactId?: string; raw?: boolean } = {}): Create {
  const { contactId = 'contact-1', raw, ...rest } = changes;
  return {
    InstanceId: INSTANCE,
    PinpointAppArn: APPLICATION,
    DeviceToken: 'device-1',
    DeviceType: 'GCM',
    ContactConfiguration: { ContactId: contactId, IncludeRawMessage: raw },
    ...rest,
  };
}

type Event = Input<'PutChatEvents'>['Events'][number];

export const message = (changes: Partial<Event> = {}): Event => ({
  Id: 'message-1',
  ContactId: 'contact-1',
  Type: 'MESSAGE',
  ContentType: 'text/plain',
  Content: 'Hello',
  ParticipantRole: 'AGENT',
  ...changes,
});

export const chatEnded = (changes: Partial<Event> = {}): Event => ({
  Id: 'ended-1',
  ContactId: 'contact-1',
  Type: 'EVENT',
  ContentType: 'application/vnd.amazonaws.connect.event.chat.ended',
  ...changes,
});
