// Metrics of attempts. Every push is counted, so the counts are plain numbers (plain-counter.ts).
import { Gauge, type Registry } from 'prom-client';
import { APNS_ANSWERS } from '../gateways/apns/answers.ts';
import { FCM_ANSWERS } from '../gateways/fcm/answers.ts';
import type { Outcome } from '../gateways/gateway.ts';
import { add, registerCounter } from './plain-counter.ts';
import { createSpread, histogramText } from './spread.ts';
import type { Spread } from './spread.ts';

export interface AttemptMetrics {
  attempt(gateway: string, outcome: Outcome, sinceAcceptedMs: number): void;
  /** The same attempt, for its channel. */
  channelAttempt(
    channel: { readonly applicationArn: string; readonly deviceType: string },
    outcome: Outcome,
  ): void;
  /** Those that are not in the registry, as Prometheus reads them. */
  text(): string;
}

/** google.rpc.Code: the status in FCM's answers that have no code of FCM's own. */
const GOOGLE_STATUSES =
  'CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED UNAUTHENTICATED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS';

const REASONS: ReadonlySet<string> = new Set([
  ...Object.keys(APNS_ANSWERS).map((answer) => answer.split(' ')[1]!),
  ...FCM_ANSWERS.map(({ errorCode }) => errorCode ?? ''),
  ...GOOGLE_STATUSES.split(' '),
]);

/** Each label is kept forever, and whatever answers in place of a gateway can send anything. */
const reasonLabel = (reason: string): string =>
  REASONS.has(reason) || /^[1-5]\d\d$/.test(reason) ? reason : 'other';

/** Upper bounds of the buckets, in seconds. */
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DELIVERY_SECONDS = [...ATTEMPT_SECONDS, 30, 60, 300, 3_600];

interface OfGateway {
  /** By outcome and, after a space, reason. */
  readonly outcomes: Map<string, number>;
  readonly attempts: Spread;
  readonly deliveries: Spread;
}

interface OfChannel {
  readonly applicationArn: string;
  readonly deviceType: string;
  readonly results: Map<string, number>;
  /** Milliseconds since the epoch. */
  lastAcceptedAt: number | undefined;
}

export function createAttemptMetrics(registry: Registry): AttemptMetrics {
  const gateways = new Map<string, OfGateway>();
  /** By device type and application. */
  const channels = new Map<string, Map<string, OfChannel>>();
  const allChannels = () => [...channels.values()].flatMap((byArn) => Array.from(byArn.values()));

  registerCounter(
    registry,
    'chatpush_attempts_total',
    'Requests to gateways by gateway, outcome and reason; other: a reason that neither Apple nor Google documents.',
    ['gateway', 'outcome', 'reason'],
    function* () {
      for (const [gateway, { outcomes }] of gateways)
        for (const [what, count] of outcomes) {
          const [outcome = '', reason = ''] = what.split(' ');
          yield [{ gateway, outcome, reason }, count];
        }
    },
  );
  registerCounter(
    registry,
    'chatpush_channel_attempts_total',
    'Requests to the gateway of a channel by result: accepted, unsent, unknown, or what the refusal means (token-dead, token-suspect, credential, message, …).',
    ['application', 'channel', 'result'],
    function* () {
      for (const { applicationArn: application, deviceType: channel, results } of allChannels())
        for (const [result, count] of results) yield [{ application, channel, result }, count];
    },
  );
  registry.registerMetric(
    new Gauge({
      name: 'chatpush_channel_last_accepted_timestamp_seconds',
      help: 'When a gateway last accepted a push of the channel from this node, in seconds since 1970.',
      labelNames: ['application', 'channel'],
      registers: [],
      collect() {
        for (const { applicationArn: application, deviceType: channel, lastAcceptedAt } of allChannels())
          if (lastAcceptedAt !== undefined) this.set({ application, channel }, lastAcceptedAt / 1000);
      },
    }),
  );

  function ofGateway(name: string): OfGateway {
    let found = gateways.get(name);
    if (found === undefined) {
      found = {
        outcomes: new Map(),
        attempts: createSpread(ATTEMPT_SECONDS),
        deliveries: createSpread(DELIVERY_SECONDS),
      };
      gateways.set(name, found);
    }
    return found;
  }

  function ofChannel(applicationArn: string, deviceType: string): OfChannel {
    let byArn = channels.get(deviceType);
    if (byArn === undefined) channels.set(deviceType, (byArn = new Map()));
    let found = byArn.get(applicationArn);
    if (found === undefined) {
      found = { applicationArn, deviceType, results: new Map(), lastAcceptedAt: undefined };
      byArn.set(applicationArn, found);
    }
    return found;
  }

  return {
    attempt: (gateway, outcome, sinceAcceptedMs) => {
      const { outcomes, attempts, deliveries } = ofGateway(gateway);
      const { kind, ms } = outcome;
      add(outcomes, kind === 'rejected' ? `${kind} ${reasonLabel(outcome.reason)}` : kind);
      if (kind === 'accepted' || kind === 'rejected') attempts.add(ms / 1000);
      if (kind === 'accepted') deliveries.add(sinceAcceptedMs / 1000);
    },
    channelAttempt: ({ applicationArn, deviceType }, outcome) => {
      const channel = ofChannel(applicationArn, deviceType);
      add(channel.results, outcome.kind === 'rejected' ? outcome.verdict : outcome.kind);
      if (outcome.kind === 'accepted') channel.lastAcceptedAt = Date.now();
    },
    text: () => {
      const spreads = (of: (gateway: OfGateway) => Spread) =>
        [...gateways].map(([gateway, one]) => ({ label: `gateway="${gateway}"`, spread: of(one) }));
      return (
        histogramText(
          'chatpush_attempt_seconds',
          'Time from HEADERS to the answer of a gateway.',
          spreads(({ attempts }) => attempts),
        ) +
        histogramText(
          'chatpush_delivery_seconds',
          'Time from the commit of a delivery, which was acknowledged to its caller, to its acceptance by a gateway.',
          spreads(({ deliveries }) => deliveries),
        )
      );
    },
  };
}
