// The composition root: builds every part, hands each what it needs, and starts and stops them in order.
// The only file that knows all others.
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { createAccessKeys } from './auth/access-keys.ts';
import { pageTokenKey } from './auth/page-token-key.ts';
import { createParticipantKeys } from './auth/participant-keys.ts';
import { createChannelFingerprint } from './channel-fingerprint.ts';
import { createChannels, whereTo } from './channels.ts';
import type { EmulatedGateways } from './channels.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { DEFAULT_CONTACT_SETTINGS } from './contact/settings.ts';
import { createDispatcher } from './delivery/dispatcher.ts';
import type { Dispatcher } from './delivery/dispatcher.ts';
import { createHousekeeping } from './delivery/housekeeping.ts';
import { createNotify } from './delivery/notify.ts';
import type { Notify } from './delivery/notify.ts';
import { examineAtStart } from './doctor/at-start.ts';
import { askEmulator } from './emulator-address.ts';
import { createHttpServer } from './http/server.ts';
import { createInstanceLimits } from './instance-limits.ts';
import { isLoopback } from './loopback.ts';
import { createMetrics } from './metrics.ts';
import type { Certificate } from './metrics.ts';
import { createHandlers } from './operations/operations.ts';
import { createDirectory } from './operations/directory.ts';
import { createPageTokens } from './operations/page-token.ts';
import { readParticipantToken } from './operations/participant-token.ts';
import { readiness, watchRoom } from './readiness.ts';
import { createReports } from './reports.ts';
import type { OtherNetwork } from './sources/sns/reach.ts';
import { createSnsSource } from './sources/sns/sns-source.ts';
import { createContactChanges } from './store/contact-change.ts';
import { openCopyDoor } from './store/sqlite/copy-door.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { SqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { createTurns } from './turns.ts';

export interface Service {
  /** Base URL of the API. */
  readonly url: string;
  /** The emulator inside this process, where there is one. */
  readonly emulator: Emulator | undefined;
  /** What to tell the person who started it. */
  readonly greeting: string;
  /**
   * Readiness off, intake answers 503, no claims, running attempts get 10 seconds, all is settled, leases go back. Resolves after
   * 15 seconds whatever is not finished by then, as with a store that does not answer; the log names it.
   */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly clock?: Clock;
  /** Stands for Amazon's hosts, from which SNS's certificates come; for tests. Default: those hosts. */
  readonly snsNetwork?: OtherNetwork;
  /** Beyond this size SQLite's file finds no room, as on a full disk; for tests. Default: the disk. */
  readonly sqliteMaxBytes?: number;
  /** pino's levels; `silent` for tests. */
  readonly logLevel?: string;
  /** Where log lines go, JSON each. Default: standard output. */
  readonly logStream?: { write(line: string): void };
  /** The store cannot be trusted any more: the process should end. Default: it does. */
  readonly onFatal?: (error: Error) => void;
}

const STOP_GRACE_MS = 10_000;
/** All of a stop. Service managers kill what does not end in time, often after 20 to 30 seconds, and then nothing says why. */
const STOP_MS = 15_000;

/** Starts everything, or rejects having let go of whatever it had taken. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const clock = options.clock ?? systemClock;
  const level = options.logLevel ?? 'info';
  const log = pino({ level, base: null }, options.logStream ?? pino.destination(1));
  const onFatal =
    options.onFatal ??
    ((error: Error) => {
      log.fatal({ err: error }, 'the store cannot be trusted any more; start again');
      process.exit(1);
    });
  // What is taken last is let go first; `stop` goes the same way.
  const taken = new AsyncDisposableStack();
  const notLetGo = new Set<string>();
  const take = (what: string, letGo: () => unknown): void => {
    notLetGo.add(what);
    taken.defer(async () => {
      await letGo();
      notLetGo.delete(what);
    });
  };
  try {
    const opened = await openStore(config, clock, onFatal, options.sqliteMaxBytes, log);
    take('store', () => opened.close());
    if (config.store.kind === 'sqlite' && 'copyTo' in opened) {
      // Sockets cannot be made everywhere; a service without back-up while it runs is better than none.
      const door = await openCopyDoor(config.store.path, opened).catch((error: unknown) => {
        log.warn({ err: error }, 'chatpush backup will not work while this service runs');
      });
      if (door) take('door for backups', () => door.close());
    }
    const watched = watchRoom(opened, clock);
    const { store } = watched;

    const isPageOpen = opensPhones(config);
    const emulator = needsOwnEmulator(config)
      ? await startEmulator({ host: isPageOpen ? config.host : '127.0.0.1' })
      : undefined;
    if (emulator) take('emulator', () => emulator.close());
    const emulated = config.emulatorUrl === undefined ? emulator : await askEmulator(config.emulatorUrl);

    const settings = {
      ...DEFAULT_CONTACT_SETTINGS,
      registrations: config.registrationsPerContact,
      lifetimeMs: config.contactLifetimeHours * 3_600_000,
      ttlMs: Math.max(
        DEFAULT_CONTACT_SETTINGS.ttlMs,
        ...config.applications.map(({ ttlMinutes }) => ttlMinutes * 60_000),
      ),
    };
    const changes = createContactChanges({ store, clock, settings });
    const metrics = createMetrics(() => dispatcher.status(), certificatesOf(config), {
      instances: config.instances,
      rates: config.limits.perInstance,
    });
    const instanceLimits = createInstanceLimits(config.limits.perInstance, {
      monotonic: () => clock.monotonic(),
      used: (limit, instanceId, count) => metrics.used(limit, instanceId, count),
    });
    const channels = {
      applications: config.applications,
      everything: config.autoCreate === 'all',
      emulator: emulated,
    };
    const fingerprintOf = createChannelFingerprint(channels);
    const openGateway = createChannels({
      ...channels,
      ...(config.proxy && { proxy: config.proxy }),
      clock,
    });
    const dispatcher: Dispatcher = createDispatcher({
      store,
      clock,
      openGateway,
      fingerprintOf,
      events: createReports({ log, metrics, changes, fingerprintOf }),
    });
    take('dispatcher', () => dispatcher.stop(STOP_GRACE_MS));
    taken.defer(
      store.onHint((kind, id) => {
        if (kind === 'work') dispatcher.wake();
        else if (kind === 'revoked') dispatcher.revoke(id);
      }),
    );

    const directory = createDirectory({
      store,
      clock,
      autoCreate: config.autoCreate,
      instances: config.instances,
      applications: config.applications.map(({ arn, genericText, attachmentText, title, ttlMinutes }) => ({
        arn,
        genericText,
        attachmentText,
        title,
        ttlMs: ttlMinutes * 60_000,
      })),
    });
    taken.defer(() => directory.close());
    const housekeeping = createHousekeeping({
      store,
      changes,
      settings,
      failed: (error) =>
        log.warn(
          { err: error },
          'housekeeping could not do something; it goes on with the rest, and looks at that again later',
        ),
    });
    take('housekeeping', () => housekeeping.stop());

    const turns = createTurns();
    const notify = createNotify({
      store,
      changes,
      clock,
      intake: dispatcher,
      node: () => dispatcher.node,
      ttlMs: settings.ttlMs,
      rules: (arn) => directory.rules(arn),
      fingerprintOf,
      turns,
    });
    const counted: Notify = async (instanceId, events) => {
      instanceLimits.events(instanceId, events.length);
      const results = await notify(instanceId, events);
      for (const { reason } of results) metrics.event(reason);
      return results;
    };
    const accessKeys = config.accessKeys.map((key) => ({ ...key, secret: key.secret.reveal() }));
    const participantKeys = createParticipantKeys(accessKeys);
    const sns = createSnsSource({
      topics: config.sources.sns,
      notify: counted,
      now: () => clock.now(),
      // Events beyond their time to live do not push, and what became of the others is remembered for longer than that.
      maxAgeMs: settings.ttlMs + 3_600_000,
      report: (result, topicArn, error) => {
        metrics.snsMessage(result);
        // A stranger's message is a line of the request log and no more.
        if (topicArn === undefined) return;
        if (error !== undefined) log.warn({ result, topicArn, err: error }, 'a message of SNS was not taken');
        else if (result !== 'taken') log.info({ result, topicArn }, 'a subscription of SNS changed');
      },
      network: options.snsNetwork,
      proxy: config.proxy?.reveal(),
    });
    await dispatcher.start();
    const examination = examineAtStart({ config, openGateway, log });
    take('examination of gateways', () => examination.stop());
    const http = await createHttpServer({
      turns,
      handlers: createHandlers({
        store,
        changes,
        clock,
        directory,
        settings,
        notify: counted,
        fingerprintOf,
        participantKeys,
        pageTokens: createPageTokens(pageTokenKey(accessKeys)),
        onRevoked: (registrationId) => dispatcher.revoke(registrationId),
      }),
      accessKey: createAccessKeys(accessKeys),
      bearerKeys: config.bearerKeys.map((bearer) => ({ ...bearer, secret: bearer.secret.reveal() })),
      trustedProxies: config.trustedProxies,
      allowedHosts: config.allowedHosts,
      findParticipant: (token, kind) => readParticipantToken(participantKeys, token, clock.now(), kind),
      sources: new Map([['/sources/sns', sns]]),
      regions: config.regions,
      account: config.account,
      limits: { callsPerSecond: config.limits.requestsPerSecond, burst: config.limits.burst },
      onCall: (instanceId) => instanceLimits.call(instanceId),
      clock,
      log,
      ready: () => readiness(watched, dispatcher),
      channels: () => examination.states(),
      metrics: () => metrics.read(),
      onAnswer: (asked, status) => metrics.request(asked, status),
      mounts: emulator && isPageOpen ? [(request, response) => emulator.handler(request, response)] : [],
      links: emulator && isPageOpen ? [{ href: '/console/', text: 'phones' }] : [],
      host: config.host,
      port: config.port,
      loopbackOnly: config.development && !config.exposed,
    });
    take('calls', () => http.close());

    return {
      url: http.url,
      emulator,
      greeting: greeting(config, http.url, emulated),
      stop: async () => {
        log.info('stopping');
        http.drain();
        if (await endsWithin(STOP_MS, taken.disposeAsync())) return;
        log.warn(
          { notFinished: [...notLetGo].toReversed() },
          'stopped without finishing; nothing that was acknowledged is lost: other nodes, or the next start, deliver it',
        );
      },
    };
  } catch (error) {
    await taken.disposeAsync();
    throw error;
  }
}

async function openStore(
  config: Config,
  clock: Clock,
  onFatal: (error: Error) => void,
  maxBytes: number | undefined,
  log: Logger,
): Promise<Store | SqliteStore> {
  if (config.store.kind === 'sqlite')
    return openSqliteStore({
      path: config.store.path,
      clock,
      onFatal,
      ...(maxBytes !== undefined && { maxBytes }),
    });
  const { openPostgresStore } = await import('./store/postgres/postgres-store.ts');
  const { url, direct, ...rest } = config.store;
  return openPostgresStore({
    ...rest,
    url: url.reveal(),
    ...(direct && { direct: direct.reveal() }),
    warn: (sentence) => log.warn({ store: 'PostgreSQL' }, sentence),
  });
}

async function endsWithin(ms: number, work: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The page of phones shows every message to anyone who reaches it, and its faults can be switched there: it is open to this
 * machine in development, and elsewhere where somebody says so. What `Host` a proxy in front passes on says nothing.
 */
const opensPhones = ({ development, host, exposed }: Config): boolean =>
  exposed || (development && isLoopback(host));

/** An emulator of our own runs only where something is emulated and nobody named another. */
const needsOwnEmulator = (config: Config): boolean =>
  config.emulatorUrl === undefined &&
  (config.autoCreate === 'all' ||
    config.applications.some((application) =>
      Object.values(application.channels).some((channel) => channel.gateway === 'emulated'),
    ));

const certificatesOf = (config: Config): Certificate[] =>
  config.applications.flatMap(({ arn, channels }) =>
    Object.entries(channels).flatMap(([channel, { gateway, ...rest }]) =>
      gateway === 'apns' && 'auth' in rest && 'expiresAt' in rest.auth
        ? [{ application: arn, channel, expiresAt: rest.auth.expiresAt }]
        : [],
    ),
  );

function greeting(config: Config, url: string, emulated: EmulatedGateways | undefined): string {
  const lines = [`chatpush listens on ${url}`];
  const store = config.store.kind === 'sqlite' ? config.store.path : 'PostgreSQL';
  lines.push(`  store       ${store}`);
  if (config.development)
    lines.push('  development access key test / test; instances and applications are created on first use');
  for (const { arn, channels } of config.applications)
    for (const [name, channel] of Object.entries(channels))
      lines.push(`  ${name.padEnd(12)} ${arn}: ${whereTo(channel)}`);
  if (emulated && config.autoCreate === 'all')
    lines.push('  gateways    EMULATED for every other application');
  if (emulated && (config.emulatorUrl !== undefined || opensPhones(config)))
    lines.push(`  phones      ${config.emulatorUrl ?? url}/console/`);
  return `${lines.join('\n')}\n`;
}
