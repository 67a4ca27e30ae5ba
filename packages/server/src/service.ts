// The composition root: builds every part, passes each its dependencies, and starts and stops them in order. It is
// the only file that knows all others, so it is longer than they are.
import { hostname } from 'node:os';
import type { Emulator } from '@chatpush/emulator';
import { pino } from 'pino';
import { everyApplication } from './applications/every-application.ts';
import { openApplications } from './applications/open-applications.ts';
import { answerRekey } from './applications/rekey-answer.ts';
import { openAudit } from './audit/open-audit.ts';
import { auditCall } from './audit/audited-call.ts';
import { credentialTimesOf } from './observability/credential-times.ts';
import { createChannelFingerprint } from './channels/fingerprint.ts';
import { createChannelVersion } from './channels/version.ts';
import { createChannels } from './channels/channels.ts';
import { createPushPreview } from './channels/push-preview.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { consoleAccess } from './config/console-access.ts';
import { openConsole } from './console/open-console.ts';
import { createDispatcher } from './delivery/dispatcher.ts';
import type { Dispatcher } from './delivery/dispatcher.ts';
import { describeNode } from './operations/nodes.ts';
import { createHousekeeping } from './delivery/housekeeping.ts';
import { createNotify } from './delivery/notify.ts';
import type { Intake, Notify } from './delivery/notify.ts';
import { examineInBackground } from './doctor/background-examination.ts';
import { openEmulation } from './channels/emulation.ts';
import { greeting } from './cli/greeting.ts';
import { createHttpServer } from './http/server.ts';
import { createInstanceLimits } from './fairness/instance-limits.ts';
import { serveCommands } from './cli/service-commands.ts';
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
import { createReloadReports } from './observability/reload-reports.ts';
import { createSnsReports, warnOfStandIns } from './observability/sns-reports.ts';
import { createResources } from './lifecycle/resources.ts';
import { followContactSettings } from './reload/follow.ts';
import { settingsInUse } from './reload/settings-in-use.ts';
import type { SettingsInUse } from './reload/settings-in-use.ts';
import type { OtherNetwork } from './sources/sns/reach.ts';
import { createSnsSource } from './sources/sns/sns-source.ts';
import { createContactChanges } from './store/contact-change.ts';
import { createTurns } from './fairness/turns.ts';
import { openTraces } from './tracing/open-traces.ts';
import type { Traces } from './tracing/traces.ts';

export interface Service {
  /** Base URL of the API. */
  readonly url: string;
  /** The emulator inside this process, if there is one. */
  readonly emulator: Emulator | undefined;
  /** The text shown to the person who started it. */
  readonly greeting: string;
  /** Reads the settings again and applies them, or rejects without changing anything; the outcome is logged. */
  readonly reload: Reload;
  /**
   * Readiness turns off, intake answers 503, no more deliveries are claimed, running attempts get 10 seconds,
   * results are recorded, and leases are released. Resolves after 15 seconds even if something has not finished,
   * for instance because the store does not answer; the log names it.
   */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Reads the settings again, for a reload. Default: there is no settings file. */
  readonly readSettings?: () => Config;
  readonly clock?: Clock;
  /** Replaces Amazon's hosts that serve SNS's certificates; for tests. Default: those hosts. */
  readonly snsNetwork?: OtherNetwork;
  /** SQLite's file cannot grow beyond this size, as on a full disk; for tests. Default: the disk's size. */
  readonly sqliteMaxBytes?: number;
  /** pino's levels; `silent` for tests. */
  readonly logLevel?: string;
  /** Where log lines go, one JSON object each. Default: standard output. */
  readonly logStream?: { write(line: string): void };
  /** Called when the store cannot be trusted any more and the process should end. Default: the process ends. */
  readonly onFatal?: (error: Error) => void;
}

const STOP_GRACE_MS = 10_000;
/**
 * Time for the whole stop. Service managers kill a process that does not end in time, often after 20 to 30 seconds,
 * and then nothing says why.
 */
const STOP_MS = 15_000;

/** Starts everything. On a failure it releases what it has acquired and rejects. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const clock = options.clock ?? systemClock;
  const level = options.logLevel ?? 'info';
  const log = pino({ level, base: null }, options.logStream ?? pino.destination(1));
  const onFatal =
    options.onFatal ??
    ((error: Error) => {
      log.fatal({ err: error }, 'the store cannot be trusted any more; restart the service');
      process.exit(1);
    });
  const resources = createResources();
  const take = resources.take;
  try {
    const audit = openAudit(config.audit, clock, (error) =>
      log.error({ err: error }, 'cannot write the audit log'),
    );
    take('audit log', () => audit.close());
    const opened = await openStore(config, clock, onFatal, options.sqliteMaxBytes, log, (calls) =>
      metrics.commit(calls),
    );
    take('store', () => opened.close());
    const watched = watchRoom(opened, clock);
    const version = await ownVersion();
    const traces = config.traces && (await openTraces(config.traces, version, log));
    if (traces) take('traces', () => traces.close());
    const store = timedStore(watched.store, clock, (verb, ms, failed) => {
      metrics.storeCall(verb, ms);
      traces?.storeCall(verb, ms, failed);
    });

    /** Reopens gateways that have changed; this becomes the dispatcher's function once there is one. */
    let refreshChannels = (): void => undefined;
    const emulation = await openEmulation(config, log, () => refreshChannels());
    take('emulator', () => emulation.close());
    const { emulator } = emulation;

    let inUse: SettingsInUse = settingsInUse(config);
    const settings = followContactSettings(() => inUse);
    const changes = createContactChanges({ store, clock, settings });
    const perInstance = {
      allowed: () => inUse.config.limits.perInstance,
      waiting: (instanceId: string) => dispatcher.waitingOf(instanceId),
      registrations: (instanceId: string) => store.registrations(instanceId),
    };
    const metrics = createMetrics({
      gateways: () => dispatcher.status(),
      holdsLease: () => dispatcher.holdsLease,
      outages: () => dispatcher.outages(),
      credentials: () => credentialTimesOf(allApplications()),
      limits: { ...perInstance, listed: () => inUse.instances },
    });
    const instanceLimits = createInstanceLimits({
      ...perInstance,
      monotonic: () => clock.monotonic(),
      used: (limit, instanceId, count) => metrics.used(limit, instanceId, count),
    });
    const applications = await openApplications({
      store,
      config: () => inUse.config,
      changed: () => refreshChannels(),
      failed: (error) =>
        log.warn({ err: error }, 'cannot reload the applications; the known ones stay in use'),
    });
    take('applications', () => applications.live.close());
    const allApplications = () => everyApplication(inUse.config.applications, applications.live.all());
    const directory = createDirectory({
      live: applications.live,
      store,
      clock,
      autoCreate: config.autoCreate,
      listed: inUse.listed,
    });
    take('directory', () => directory.close());
    const channels = {
      applicationOf: directory.configured,
      everything: config.autoCreate === 'all',
      emulator: emulation.gateways,
      emulatorMissing: emulation.waitsFor,
      emulatorFailed: () => emulation.failed(),
      proxy: () => inUse.config.proxy,
    };
    const fingerprintOf = createChannelFingerprint(channels);
    const channelVersion = createChannelVersion(channels);
    const openGateway = createChannels({ ...channels, clock });
    const turns = createTurns();
    const dispatcher: Dispatcher = createDispatcher({
      store,
      clock,
      openGateway,
      channelVersion,
      fingerprintOf,
      turns,
      about: describeNode({ version, host: hostname(), pid: process.pid }),
      mostWaiting: () => inUse.config.limits.perInstance.deliveriesWaiting,
      events: createReports({ log, metrics, changes, fingerprintOf, audit, traces }),
    });
    take('dispatcher', () => dispatcher.stop(STOP_GRACE_MS));
    refreshChannels = () => dispatcher.refreshChannels();
    take(
      'hints of the store',
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
          'a step of housekeeping failed; the other steps continue, and it is retried later',
        ),
    });
    take('housekeeping', () => housekeeping.stop());

    const notify = createNotify({
      store,
      changes,
      clock,
      intake: traces ? outsideOf(traces, dispatcher) : dispatcher,
      trace: () => traces?.current(),
      node: () => dispatcher.node,
      get ttlMs() {
        return settings.ttlMs;
      },
      rules: (arn) => directory.rules(arn),
      fingerprintOf,
      contactEnded: (contact) => audit.note({ operation: 'EndContact', result: 'ok', ...contact }),
      turns,
    });
    const counted: Notify = async (instanceId, events) => {
      instanceLimits.events(instanceId, events.length);
      const results = await notify(instanceId, events);
      for (const { reason } of results) metrics.event(reason);
      return results;
    };
    const participantKeys: ParticipantKeys = (instanceId) => inUse.participantKeys(instanceId);
    const reportSns = createSnsReports({ log, metrics });
    const openSns = ({ config: { sources, proxy }, contact }: SettingsInUse) => {
      warnOfStandIns(log, sources.sns);
      return createSnsSource({
        topics: sources.sns,
        notify: counted,
        now: () => clock.now(),
        // Events past their time to live are not pushed; results of the others are remembered for longer than that.
        maxAgeMs: contact.ttlMs + 3_600_000,
        report: reportSns,
        network: options.snsNetwork,
        proxy: proxy?.reveal(),
      });
    };
    let sns = openSns(inUse);
    await dispatcher.start();
    const examination = examineInBackground({
      config: () => ({ ...inUse.config, applications: allApplications() }),
      openGateway,
      channelVersion,
      log,
    });
    take('examination of gateways', () => examination.stop());
    refreshChannels = () => {
      dispatcher.refreshChannels();
      examination.again();
    };
    const applicationParts = {
      ...applications,
      configured: () => inUse.config.applications,
      account: () => inUse.config.account,
      sendDirect: dispatcher.sendDirect,
    };
    const console = await openConsole({ inUse: () => inUse, emulator, store, audit, log, clock });
    take('console', () => console.close());
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
        examineChannel: (applicationArn, deviceType) => examination.now(applicationArn, deviceType),
        previewPush: createPushPreview({ ...channels, now: () => clock.now() }),
        registrationRefusal: (instanceId) => instanceLimits.registrationRefusal(instanceId),
        onRevoked: (id) => dispatcher.revoke(id),
        onWork: () => dispatcher.wake(),
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
        ...console.sources,
      ]),
      findSession: console.findSession,
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
      ready: () => readiness(watched, dispatcher, emulation),
      channels: () => examination.states(dispatcher.outages()),
      metrics: () => metrics.read(),
      beginCall: traces?.begin,
      onCallAnswered: (call) => auditCall(audit, call),
      onAnswer: (asked, status, ms) => metrics.request(asked, status, ms),
      mounts: [console.mount],
      links: consoleAccess(config) === 'off' ? [] : [{ href: '/console/', text: 'console' }],
      host: config.host,
      port: config.port,
      loopbackOnly: config.development && !config.exposed,
    });
    take('calls', () => http.close());

    const reload = createReload({
      read: options.readSettings,
      current: () => inUse.config,
      obstacle: (next) => emulation.obstacle(next),
      take: (next) => {
        inUse = settingsInUse(next);
        sns = openSns(inUse);
        directory.list(inUse.listed);
        // Refreshes the channels, too.
        applications.live.renew();
      },
      done: createReloadReports({ log, audit }),
    });
    const commands = await serveCommands(config, {
      applications,
      reload,
      rekey: (response) => answerRekey(response, applications),
      ...('copyTo' in opened && { sqlite: opened }),
      unavailable: (error) =>
        log.warn({ err: error }, 'chatpush backup and chatpush reload will not work while this service runs'),
    });
    if (commands) take('command socket', () => commands.close());

    return {
      url: http.url,
      emulator,
      greeting: greeting(config, http.url, emulation),
      reload,
      stop: async () => {
        log.info('stopping');
        http.drain();
        const notFinished = await resources.releaseWithin(STOP_MS);
        if (notFinished.length === 0) return;
        log.warn(
          { notFinished },
          'stopped before everything had finished; nothing acknowledged is lost: other nodes, or the next start, deliver it',
        );
      },
    };
  } catch (error) {
    await resources.release();
    throw error;
  }
}

/** As `--version` prints it. */
const ownVersion = async (): Promise<string> =>
  (await import('../package.json', { with: { type: 'json' } })).default.version;

/**
 * A delivery that is handed over is sent after the call, by any node with capacity, and is not part of the call's
 * own trace.
 */
const outsideOf = (traces: Traces, intake: Intake): Intake => ({
  reserve: (wanted) => intake.reserve(wanted),
  handOver: (...given) => traces.outside(() => intake.handOver(...given)),
  doubt: (node) => traces.outside(() => intake.doubt(node)),
});
