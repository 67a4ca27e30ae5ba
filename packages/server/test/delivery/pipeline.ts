// Delivery without HTTP: a real store, the gateways of an emulator, and a hook for faults in between.
import { join } from 'node:path';
import { startEmulator } from '@chatpush/emulator';
import { createChannelFingerprint } from '../../src/channels/fingerprint.ts';
import { createChannels } from '../../src/channels/channels.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/clock.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import { createDispatcher } from '../../src/delivery/dispatcher.ts';
import { createNotify } from '../../src/delivery/notify.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createDirectory } from '../../src/operations/directory.ts';
import { createHandlers } from '../../src/operations/operations.ts';
import { createPageTokens } from '../../src/operations/page-token.ts';
import { createReports } from '../../src/observability/reports.ts';
import { createContactChanges } from '../../src/store/contact-change.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { LogEntry, Store } from '../../src/store/store.ts';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { INSTANCE, create, message } from '../operations/harness.ts';
import { applicationParts } from '../operations/applications.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { EVERYTHING } from '../auth/everything.ts';

export interface PipelineOptions {
  readonly clock?: Clock;
  /** Wraps the store. */
  readonly wrap?: (store: Store) => Store;
  readonly maxBytes?: number;
  /** Default: silent. */
  readonly log?: Logger;
  /** Replaces APNs. */
  readonly apns?: { readonly host: string; readonly port: number; readonly ca?: string };
}

/** Enqueue leases nothing, so that everything must be claimed. */
export const withoutLeases = (store: Store): Store => ({
  ...store,
  enqueue: (batch, node) => store.enqueue(batch, node, new Map()),
});

/** The machine's clock, which can be moved forward. */
export function createFastClock() {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    advance: (ms: number) => void (ahead += ms),
  };
}

export async function startPipeline(options: PipelineOptions = {}) {
  const clock = options.clock ?? systemClock;
  const folder = temporaryFolder();
  const plain = await openSqliteStore({
    path: join(folder.path, 'chatpush.db'),
    clock,
    ...(options.maxBytes !== undefined && { maxBytes: options.maxBytes }),
  });
  const store = options.wrap?.(plain) ?? plain;
  const emulator = await startEmulator();
  const gateways = options.apns
    ? { ...emulator, apns: options.apns, ca: options.apns.ca ?? emulator.ca }
    : emulator;
  const settings = DEFAULT_CONTACT_SETTINGS;
  const changes = createContactChanges({ store: plain, clock, settings });
  const applications = applicationParts(plain);
  const directory = createDirectory({ store: plain, clock, autoCreate: 'all', live: applications.live });
  const channels = { applicationOf: () => undefined, everything: true, emulator: () => gateways };
  const fingerprintOf = createChannelFingerprint(channels);
  const metrics = createMetrics({
    gateways: () => dispatcher.status(),
    outages: () => dispatcher.outages(),
  });
  const reports = createReports({
    log: options.log ?? pino({ level: 'silent' }),
    metrics,
    changes,
    fingerprintOf,
  });
  const dispatcher = createDispatcher({
    store,
    clock,
    openGateway: createChannels({ ...channels, clock }),
    fingerprintOf,
    events: reports,
  });
  await dispatcher.start();
  const notify = createNotify({
    store,
    changes,
    clock,
    intake: dispatcher,
    node: () => dispatcher.node,
    ttlMs: settings.ttlMs,
    rules: directory.rules,
    fingerprintOf,
  });
  const handlers = createHandlers({
    ...applications,
    store: plain,
    changes,
    clock,
    directory,
    settings,
    notify,
    fingerprintOf,
    participantKeys: () => Buffer.alloc(32, 7),
    pageTokens: createPageTokens(() => [Buffer.alloc(32, 9)]),
    outageOf: () => undefined,
    registrationRefusal: async () => undefined,
    onRevoked: (id) => dispatcher.revoke(id),
    onWork: () => dispatcher.wake(),
  });
  const context = {
    caller: { accessKeyId: 'test', ...EVERYTHING },
    region: 'us-east-1',
    requestId: 'r',
  } as const;

  const log = async (contactId: string): Promise<readonly LogEntry[]> =>
    (await plain.deliveries({ instanceId: INSTANCE, contactId }, { limit: 1_000 })).items;

  return {
    clock,
    store: plain,
    emulator,
    /** The operations without their own method here. */
    handlers,
    context,
    dispatcher,
    metrics,
    log,
    register: async (contactId: string, token: string, channel: 'APNS' | 'APNS_SANDBOX' | 'GCM' = 'APNS') => {
      const { RegistrationId } = await handlers.CreatePushNotificationRegistration(
        create({ contactId, DeviceToken: token, DeviceType: channel, raw: true }),
        context,
      );
      return RegistrationId;
    },
    registrations: async (contactId: string) => {
      const [contact] = await plain.contacts([{ instanceId: INSTANCE, contactId }]);
      return (JSON.parse(contact!.body) as { registrations: { status: string; deviceType: string }[] })
        .registrations;
    },
    /** Writes as the agent; `ids` are sent in one batch. */
    say: async (contactId: string, ids: readonly string[], more: object = {}) => {
      const { Results } = await handlers.PutChatEvents(
        {
          InstanceId: INSTANCE,
          Events: ids.map((Id) => message({ Id, ContactId: contactId, Content: `text of ${Id}`, ...more })),
        },
        context,
      );
      return Results;
    },
    /** Waits until the delivery log of the contact satisfies a condition. */
    settled: async (contactId: string, condition: (entries: readonly LogEntry[]) => boolean) => {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const entries = await log(contactId);
        if (condition(entries)) return entries;
        if (performance.now() > deadline)
          throw new Error(`still not: ${JSON.stringify(entries.slice(0, 5), undefined, 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.stop(1_000);
      directory.close();
      await emulator.close();
      await plain.close();
      folder.remove();
    },
  };
}

export const allAccepted = (entries: readonly LogEntry[]): boolean =>
  entries.length > 0 && entries.every(({ status }) => status === 'accepted');

/** A store in which the next calls of one method fail: before or after the work is done. */
export function spoilt(store: Store, verb: keyof Store, when: 'before' | 'after') {
  let left = 0;
  const run = store[verb] as (...parameters: never[]) => Promise<unknown>;
  return {
    store: {
      ...store,
      [verb]: async (...parameters: never[]) => {
        const spoil = left > 0;
        if (spoil) left--;
        if (spoil && when === 'before') throw new StoreUnavailableError('spoilt before it was done');
        const answer = await run(...parameters);
        if (spoil) throw new StoreUnavailableError('spoilt after it was done');
        return answer;
      },
    },
    spoil: (times: number) => void (left = times),
    spoiltAll: () => left === 0,
  };
}
