// The composition root: builds every part, hands each what it needs, and starts and stops them in order.
// The only file that knows all others, which is why it is longer than they are.
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { pino } from 'pino';
import { openApplications } from './applications/open-applications.ts';
import { answerRekey } from './applications/rekey-answer.ts';
import { NO_AUDIT, createAudit } from './audit/audit.ts';
import { openAuditStream } from './audit/audit-stream.ts';
import { auditCall } from './audit/audited-call.ts';
import { createChannelFingerprint } from './channels/fingerprint.ts';
import { createChannelVersion } from './channels/version.ts';
import { createChannels } from './channels/channels.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { ContactSettings } from './contact/settings.ts';
import { createDispatcher } from './delivery/dispatcher.ts';
import type { Dispatcher } from './delivery/dispatcher.ts';
import { createHousekeeping } from './delivery/housekeeping.ts';
import { createNotify } from './delivery/notify.ts';
import type { Notify } from './delivery/notify.ts';
import { examineAtStart } from './doctor/at-start.ts';
import { askEmulator } from './channels/emulator-address.ts';
import { greeting } from './cli/greeting.ts';
import { createHttpServer } from './http/server.ts';
import { createInstanceLimits } from './fairness/instance-limits.ts';
import { localSocketOf, openLocalDoor } from './cli/local-door.ts';
import type { LocalRoutes } from './cli/local-door.ts';
import { isLoopback } from './addresses/loopback.ts';
import { createMetrics } from './observability/metrics.ts';
import { openStore } from './store/open-store.ts';
import { createApplicationOf } from './operations/applications/application.ts';
import { createHandlers } from './operations/operations.ts';
import { createDirectory } from './operations/directory.ts';
import { createPageTokens } from './operations/page-token.ts';
import type { ParticipantKeys } from './operations/participant-token.ts';
import { readiness, watchRoom } from './observability/readiness.ts';
import { timedStore } from './observability/store-times.ts';
import { createReload } from './reload/reload.ts';
import type { Reload } from './reload/reload.ts';
import { createReports } from './observability/reports.ts';
import { settingsInUse } from './reload/settings-in-use.ts';
import type { SettingsInUse } from './reload/settings-in-use.ts';
import type { OtherNetwork } from './sources/sns/reach.ts';
import { createSnsSource } from './sources/sns/sns-source.ts';
import { createContactChanges } from './store/contact-change.ts';
import { createCopyAnswer } from './store/sqlite/copy-answer.ts';
import { createTurns } from './fairness/turns.ts';

export interface Service {
  /** Base URL of the API. */
  readonly url: string;
  /** The emulator inside this process, where there is one. */
  readonly emulator: Emulator | undefined;
  /** What to tell the person who started it. */
  readonly greeting: string;
  /** Reads the settings again and takes them over, or rejects having changed nothing; the log has what came of it. */
  readonly reload: Reload;
  /**
   * Readiness off, intake answers 503, no claims, running attempts get 10 seconds, all is settled, leases go back. Resolves after
   * 15 seconds whatever is not finished by then, as with a store that does not answer; the log names it.
   */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Reads the settings again, for a reload. Default: there is no settings file. */
  readonly readSettings?: () => Config;
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

/** Starts everything, or releases what it has acquired and rejects. */
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
    const auditStream =
      config.audit === undefined
        ? undefined
        : openAuditStream(config.audit, (error) =>
            log.error({ err: error }, 'the audit log cannot be written'),
          );
    const audit = auditStream
      ? createAudit(
          (line) => auditStream.write(line),
          () => clock.now(),
        )
      : NO_AUDIT;
    take('audit log', async () => {
      audit.close();
      await auditStream?.close();
    });
    const opened = await openStore(config, clock, onFatal, options.sqliteMaxBytes, log);
    take('store', () => opened.close());
    const watched = watchRoom(opened, clock);
    const store = timedStore(watched.store, clock, (verb, ms) => metrics.storeCall(verb, ms));

    const isPageOpen = opensPhones(config);
    const emulator = needsOwnEmulator(config)
      ? await startEmulator({ host: isPageOpen ? config.host : '127.0.0.1' })
      : undefined;
    if (emulator) take('emulator', () => emulator.close());
    const emulated = config.emulatorUrl === undefined ? emulator : await askEmulator(config.emulatorUrl);

    let inUse: SettingsInUse = settingsInUse(config);
    const settings: ContactSettings = {
      get registrations() {
        return inUse.contact.registrations;
      },
      get lifetimeMs() {
        return inUse.contact.lifetimeMs;
      },
      get ttlMs() {
        return inUse.contact.ttlMs;
      },
    };
    const changes = createContactChanges({ store, clock, settings });
    const metrics = createMetrics({
      gateways: () => dispatcher.status(),
      holdsLease: () => dispatcher.holdsLease,
      outages: () => dispatcher.outages(),
      certificates: () => inUse.certificates,
      limits: { isListed: (id) => inUse.instances.has(id), rates: () => inUse.config.limits.perInstance },
    });
    const instanceLimits = createInstanceLimits(
      {
        get callsPerSecond() {
          return inUse.config.limits.perInstance.callsPerSecond;
        },
        get eventsPerSecond() {
          return inUse.config.limits.perInstance.eventsPerSecond;
        },
      },
      {
        monotonic: () => clock.monotonic(),
        used: (limit, instanceId, count) => metrics.used(limit, instanceId, count),
      },
    );
    /** The dispatcher's, once there is one. */
    let refreshChannels = (): void => undefined;
    const applications = await openApplications({
      store,
      config: () => inUse.config,
      changed: () => refreshChannels(),
      failed: (error) =>
        log.warn({ err: error }, 'applications could not be read again; those that are known stay in use'),
    });
    taken.defer(() => applications.live.close());
    const directory = createDirectory({
      live: applications.live,
      store,
      clock,
      autoCreate: config.autoCreate,
      listed: inUse.listed,
    });
    taken.defer(() => directory.close());
    const channels = {
      applicationOf: directory.configured,
      everything: config.autoCreate === 'all',
      emulator: emulated,
      proxy: () => inUse.config.proxy,
    };
    const fingerprintOf = createChannelFingerprint(channels);
    const channelVersion = createChannelVersion(channels);
    const openGateway = createChannels({ ...channels, clock });
    const dispatcher: Dispatcher = createDispatcher({
      store,
      clock,
      openGateway,
      channelVersion,
      fingerprintOf,
      events: createReports({ log, metrics, changes, fingerprintOf, audit }),
    });
    take('dispatcher', () => dispatcher.stop(STOP_GRACE_MS));
    refreshChannels = () => dispatcher.refreshChannels();
    taken.defer(
      store.onHint((kind, id) => {
        if (kind === 'work') dispatcher.wake();
        else if (kind === 'revoked') dispatcher.revoke(id);
      }),
    );

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
      get ttlMs() {
        return settings.ttlMs;
      },
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
    const participantKeys: ParticipantKeys = (instanceId) => inUse.participantKeys(instanceId);
    const openSns = ({ config: { sources, proxy }, contact }: SettingsInUse) =>
      createSnsSource({
        topics: sources.sns,
        notify: counted,
        now: () => clock.now(),
        // Events beyond their time to live do not push, and what became of the others is remembered for longer than that.
        maxAgeMs: contact.ttlMs + 3_600_000,
        report: (result, topicArn, error) => {
          metrics.snsMessage(result);
          // A stranger's message is a line of the request log and no more.
          if (topicArn === undefined) return;
          if (error !== undefined)
            log.warn({ result, topicArn, err: error }, 'a message of SNS was not taken');
          else if (result !== 'taken') log.info({ result, topicArn }, 'a subscription of SNS changed');
        },
        network: options.snsNetwork,
        proxy: proxy?.reveal(),
      });
    let sns = openSns(inUse);
    await dispatcher.start();
    const examination = examineAtStart({
      config: () => inUse.config,
      openGateway,
      channelVersion,
      log,
    });
    take('examination of gateways', () => examination.stop());
    const applicationParts = {
      ...applications,
      configured: () => inUse.config.applications,
      account: () => inUse.config.account,
      sendDirect: dispatcher.sendDirect,
    };
    const http = await createHttpServer({
      turns,
      applicationOf: createApplicationOf(applicationParts),
      handlers: createHandlers({
        store,
        changes,
        clock,
        directory,
        ...applicationParts,
        settings,
        notify: counted,
        fingerprintOf,
        participantKeys,
        pageTokens: createPageTokens(() => inUse.pageTokenKeys),
        outageOf: (applicationArn, deviceType) =>
          dispatcher
            .outages()
            .find((one) => one.applicationArn === applicationArn && one.deviceType === deviceType),
        onRevoked: (registrationId) => dispatcher.revoke(registrationId),
      }),
      accessKey: (id) => inUse.accessKey(id),
      verifyBearer: (request, operation) => inUse.verifyBearer(request, operation),
      addressOf: (request) => inUse.addressOf(request),
      findParticipant: (token, kind) => inUse.findParticipant(token, kind, clock.now()),
      sources: new Map([
        [
          '/sources/sns',
          {
            bodyLimitBytes: sns.bodyLimitBytes,
            turnOwner: (headers) => sns.turnOwner(headers),
            take: (body, headers) => sns.take(body, headers),
          },
        ],
      ]),
      get allowedHosts() {
        return inUse.config.allowedHosts;
      },
      get regions() {
        return inUse.config.regions;
      },
      get account() {
        return inUse.config.account;
      },
      get limits() {
        const { requestsPerSecond, burst } = inUse.config.limits;
        return { callsPerSecond: requestsPerSecond, burst };
      },
      onCall: (instanceId) => instanceLimits.call(instanceId),
      clock,
      log,
      ready: () => readiness(watched, dispatcher),
      channels: () => examination.states(dispatcher.outages()),
      metrics: () => metrics.read(),
      onCallAnswered: (call) => auditCall(audit, call),
      onAnswer: (asked, status, ms) => metrics.request(asked, status, ms),
      mounts: emulator && isPageOpen ? [(request, response) => emulator.handler(request, response)] : [],
      links: emulator && isPageOpen ? [{ href: '/console/', text: 'phones' }] : [],
      host: config.host,
      port: config.port,
      loopbackOnly: config.development && !config.exposed,
    });
    take('calls', () => http.close());

    const reload = createReload({
      read: options.readSettings,
      current: () => inUse.config,
      obstacle: (next) =>
        emulated === undefined && needsOwnEmulator(next)
          ? 'A channel is "emulated" now, and this process started without an emulator: start it again to have one.'
          : undefined,
      take: (next) => {
        inUse = settingsInUse(next);
        sns = openSns(inUse);
        directory.list(inUse.listed);
        applications.live.renew();
        dispatcher.refreshChannels();
        examination.again();
      },
      done: (result) => {
        auditStream?.reopen();
        if ('error' in result) audit.note({ operation: 'ReloadSettings', result: 'refused' });
        else if (result.changed.length > 0)
          audit.note({ operation: 'ReloadSettings', result: 'ok', changed: result.changed });
        if ('error' in result)
          log.error(
            { reason: result.error.message },
            'the settings were not read again; those before stay in use',
          );
        else log.info({ changed: result.changed }, 'the settings were read again');
      },
    });
    const routes: LocalRoutes = new Map([
      [
        'POST /reload',
        async (response) => {
          const changed = await reload();
          response.end(changed.length > 0 ? `Changed: ${changed.join('; ')}.` : 'Nothing has changed.');
        },
      ],
      ['POST /rekey', (response) => answerRekey(response, applications)],
      ...(config.store.kind === 'sqlite' && 'copyTo' in opened
        ? [['GET /copy', await createCopyAnswer(config.store.path, opened)] as const]
        : []),
    ]);
    // Sockets cannot be made everywhere; a service without these commands is better than none.
    const socket = localSocketOf(config);
    const door =
      socket &&
      (await openLocalDoor(socket, routes).catch((error: unknown) => {
        log.warn({ err: error }, 'chatpush backup and chatpush reload will not work while this service runs');
      }));
    if (door) take('door for commands', () => door.close());

    return {
      url: http.url,
      emulator,
      greeting: greeting(config, http.url, { hasEmulator: emulated !== undefined, opensPhones: isPageOpen }),
      reload,
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
