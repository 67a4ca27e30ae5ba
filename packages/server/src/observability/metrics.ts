// The metrics for Prometheus at /metrics: names, help and labels in one place.
import type { CredentialTimes } from './credential-times.ts';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { GatewayStatus } from '../delivery/gateway-status.ts';
import type { PerInstance, RateName } from '../fairness/instance-limits.ts';
import type { Outage } from '../delivery/outages.ts';
import { createAttemptMetrics } from './attempt-metrics.ts';
import { createCallMetrics } from './call-metrics.ts';
import type { AttemptMetrics } from './attempt-metrics.ts';
import type { CallMetrics } from './call-metrics.ts';
import { add, registerCounter } from './plain-counter.ts';

export interface Metrics
  extends Pick<AttemptMetrics, 'attempt' | 'channelAttempt'>, Pick<CallMetrics, 'request' | 'storeCall'> {
  /** SQLite committed this many calls together. */
  commit(calls: number): void;
  /** Chat events that arrived, by the reason why they were not pushed (`none`: they were). */
  event(reason: string | undefined): void;
  /** Messages of Amazon SNS, by result. */
  snsMessage(result: string): void;
  /** What an instance was allowed to do, in the units of its limits. */
  used(limit: RateName, instanceId: string, count: number): void;
  connectFailed(gateway: string, about: string): void;
  lost(count: number): void;
  storeFailed(): void;
  read(): Promise<{ contentType: string; body: string }>;
}

/** Instances that the settings list have their own labels; others share one. */
export interface LimitsInUse {
  readonly listed: () => ReadonlySet<string>;
  readonly allowed: () => Partial<PerInstance>;
  readonly waiting: (instanceId: string) => number;
  readonly registrations: (instanceId: string) => Promise<number>;
}

/** Values that are read when Prometheus scrapes, so nobody has to keep count. */
export interface Watched {
  readonly gateways: () => readonly GatewayStatus[];
  readonly outages: () => readonly Outage[];
  /** Whether this node may send. */
  readonly holdsLease?: () => boolean;
  readonly credentials?: () => readonly CredentialTimes[];
  readonly limits?: LimitsInUse;
}

export function createMetrics({
  gateways,
  outages,
  holdsLease = () => false,
  credentials = () => [],
  limits = {
    listed: () => new Set(),
    allowed: () => ({}),
    waiting: () => 0,
    registrations: async () => 0,
  },
}: Watched): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const attempts = createAttemptMetrics(registry);
  const calls = createCallMetrics(registry);
  const commitCalls = new Histogram({
    name: 'chatpush_store_commit_calls',
    help: 'Store calls per commit (SQLite); many calls per commit: the disk is slower than the load, and commits are shared well.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const eventsByReason = new Map<string, number>();
  registerCounter(
    registry,
    'chatpush_chat_events_total',
    'Chat events by the reason why they were not pushed; none: they were.',
    ['reason'],
    function* () {
      for (const [reason, count] of eventsByReason) yield [{ reason }, count];
    },
  );
  const snsMessages = new Counter({
    name: 'chatpush_sns_messages_total',
    help: 'Messages of Amazon SNS by result: taken, confirmed, unsubscribed, failed (SNS repeats it), or why it was refused.',
    labelNames: ['result'],
    registers,
  });
  /** By limit and, after a space, instance. */
  const used = new Map<string, number>();
  registerCounter(
    registry,
    'chatpush_instance_used_total',
    'What an instance was allowed to do, in the units of its limits; its rate is the used part of chatpush_instance_allowed_per_second.',
    ['limit', 'instance'],
    function* () {
      for (const [what, count] of used) {
        const space = what.indexOf(' ');
        yield [{ limit: what.slice(0, space), instance: what.slice(space + 1) }, count];
      }
    },
  );
  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_instance_allowed_per_second',
      help: 'What the settings allow each instance to do per second on this node (limits.perInstance).',
      labelNames: ['limit'],
      collect() {
        for (const [limit, perSecond] of Object.entries(limits.allowed()))
          if (limit.endsWith('PerSecond')) this.set({ limit }, perSecond);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_instance_allowed',
      help: 'How much the settings allow each instance to keep in the store (limits.perInstance).',
      labelNames: ['limit'],
      collect() {
        for (const [limit, most] of Object.entries(limits.allowed()))
          if (!limit.endsWith('PerSecond')) this.set({ limit }, most);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_instance_kept',
      help: 'What an instance listed in the settings keeps in the store, out of chatpush_instance_allowed.',
      labelNames: ['limit', 'instance'],
      async collect() {
        const instances = [...limits.listed()];
        // Absent while the store is unavailable: other metrics report that.
        const counts = await Promise.all(
          instances.map((instance) => limits.registrations(instance).catch(() => undefined)),
        );
        this.reset();
        for (const [index, instance] of instances.entries()) {
          const count = counts[index];
          this.set({ limit: 'deliveriesWaiting', instance }, limits.waiting(instance));
          if (count !== undefined) this.set({ limit: 'registrations', instance }, count);
        }
      },
    }),
  );
  const connectFailures = new Counter({
    name: 'chatpush_gateway_connect_failures_total',
    help: 'Connections to gateways, and access tokens, that could not be obtained; about: connection or credential.',
    labelNames: ['gateway', 'about'],
    registers,
  });
  const lost = new Counter({
    name: 'chatpush_leases_lost_total',
    help: 'Deliveries that another node had taken over before they were settled.',
    registers,
  });
  const storeFailures = new Counter({
    name: 'chatpush_store_failures_total',
    help: 'Store calls of the dispatcher that failed and are retried.',
    registers,
  });
  const gauge = (name: string, help: string, of: (gateway: GatewayStatus) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['gateway'],
      registers,
      collect() {
        this.reset();
        for (const gateway of gateways()) this.inc({ gateway: gateway.gateway }, of(gateway));
      },
    });
  gauge('chatpush_gateway_running', 'Running attempts.', (gateway) => gateway.running);
  gauge('chatpush_gateway_held', 'Deliveries in memory that wait for a stream.', (gateway) => gateway.held);
  gauge(
    'chatpush_gateway_closed',
    '1 while the gateway accepts no new attempts: no connection, no credential, or an open breaker.',
    (gateway) => (gateway.breaker === 'open' || gateway.isOut ? 1 : 0),
  );
  gauge(
    'chatpush_gateway_doubted_registrations',
    'Registrations that a gateway refused among many others; above 0 for minutes: a misconfigured channel, or a mass uninstall.',
    (gateway) => gateway.doubted,
  );
  const ofChannel = (name: string, help: string, of: (gateway: GatewayStatus) => number): void =>
    registry.registerMetric(
      new Gauge({
        registers: [],
        name,
        help,
        labelNames: ['application', 'channel'],
        collect() {
          this.reset();
          for (const gateway of gateways())
            this.set({ application: gateway.applicationArn, channel: gateway.deviceType }, of(gateway));
        },
      }),
    );
  ofChannel(
    'chatpush_deliveries_waiting',
    'Deliveries that wait for an attempt, in memory and, as far as this node has counted, in the store.',
    (gateway) => gateway.waiting,
  );
  ofChannel(
    'chatpush_waiting_seconds',
    'How long the oldest delivery of the channel has waited, here or in the store; a retry counts from when it is due.',
    (gateway) => gateway.waitingMs / 1000,
  );
  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_node_holds_lease',
      help: '1 while this node may send; the sum over all nodes is the number of live nodes.',
      collect() {
        this.set(holdsLease() ? 1 : 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_channel_closed',
      help: '1 while a channel cannot send, by its cause: connection, credential or gateway (it fails, or answers nothing).',
      labelNames: ['application', 'channel', 'cause'],
      collect() {
        this.reset();
        for (const { applicationArn, deviceType, cause } of outages())
          this.set({ application: applicationArn, channel: deviceType, cause }, 1);
      },
    }),
  );

  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_certificate_expires_timestamp_seconds',
      help: 'When an Apple push certificate expires, in seconds since 1970.',
      labelNames: ['application', 'channel'],
      collect() {
        this.reset();
        for (const { application, channel, expiresAt } of credentials())
          if (expiresAt !== undefined) this.set({ application, channel }, expiresAt / 1000);
      },
    }),
  );

  registry.registerMetric(
    new Gauge({
      registers: [],
      name: 'chatpush_credential_since_timestamp_seconds',
      help: 'When a channel got its credential, in seconds since 1970, by source: the start of a certificate, the last change of a file, or when it was stored. Absent if that is unknown.',
      labelNames: ['application', 'channel', 'source'],
      collect() {
        this.reset();
        for (const { application, channel, since } of credentials())
          if (since !== undefined) this.set({ application, channel, source: since.source }, since.at / 1000);
      },
    }),
  );

  return {
    request: (...given) => calls.request(...given),
    commit: (count) => commitCalls.observe(count),
    storeCall: (...given) => calls.storeCall(...given),
    attempt: (...given) => attempts.attempt(...given),
    channelAttempt: (...given) => attempts.channelAttempt(...given),
    event: (reason = 'none') => add(eventsByReason, reason),
    snsMessage: (result) => snsMessages.inc({ result }),
    used: (limit, instanceId, count) =>
      add(used, `${limit} ${limits.listed().has(instanceId) ? instanceId : 'others'}`, count),
    connectFailed: (gateway, about) => connectFailures.inc({ gateway, about }),
    lost: (count) => lost.inc(count),
    storeFailed: () => storeFailures.inc(),
    read: async () => ({
      contentType: registry.contentType,
      body: (await registry.metrics()) + calls.text() + attempts.text(),
    }),
  };
}
