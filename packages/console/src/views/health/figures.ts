// Computes the figures of the health view from two readings of `/metrics`. Pure.
import type { Sample } from './metrics-text.ts';

export interface Reading {
  /** Milliseconds of a monotonic clock. */
  atMs: number;
  samples: readonly Sample[];
}

export interface GatewayFigures {
  gateway: string;
  running: number;
  held: number;
  isClosed: boolean;
  doubted: number;
  accepted: number;
  refused: number;
  /** Refusals by reason, most frequent first. */
  reasons: readonly (readonly [reason: string, count: number])[];
  /** Seconds from the commit of a delivery to the gateway's acceptance; undefined before the first. */
  p50?: number;
  p99?: number;
}

export interface ChannelFigures {
  /** ARN. */
  application: string;
  channel: string;
  /** Deliveries that wait for an attempt. */
  waiting: number;
  /** How long there has been at least one waiting delivery. */
  waitingSeconds: number;
  /** Attempts since this node started: accepted by the gateway, and refused because the token is dead. */
  accepted: number;
  dead: number;
  /** Milliseconds since 1970; undefined before the first. */
  lastAcceptedAt?: number;
  /** When its push certificate expires, in milliseconds since 1970. */
  certificateExpiresAt?: number;
  /** When it got its credential, and how that is known; undefined: unknown. */
  credentialSince?: { at: number; source: string };
  /** Why the channel cannot send now: `connection`, `credential` or `gateway`. */
  closedBy?: string;
}

export interface Figures {
  /** Since the previous reading; undefined for the first reading. */
  eventsPerSecond?: number;
  pushesPerSecond?: number;
  /** Requests that the service answered with 5xx since it started. */
  failedRequests: number;
  storeFailures: number;
  gateways: readonly GatewayFigures[];
  channels: readonly ChannelFigures[];
}

type Labels = Readonly<Record<string, string>>;

const totalOf = (
  { samples }: Reading,
  name: string,
  fits: (labels: Labels) => boolean = () => true,
): number => samples.reduce((sum, one) => (one.name === name && fits(one.labels) ? sum + one.value : sum), 0);

/** Interpolates linearly within the bucket that contains the quantile, like Prometheus' `histogram_quantile`. */
export function quantile(
  buckets: readonly (readonly [upTo: number, count: number])[],
  share: number,
): number | undefined {
  const sorted = buckets.toSorted(([one], [other]) => one - other);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return undefined;
  const wanted = share * total;
  const index = sorted.findIndex(([, count]) => count >= wanted);
  const [upTo, count] = sorted[index]!;
  const [from, before] = sorted[index - 1] ?? [0, 0];
  if (upTo === Infinity) return from;
  return from + ((upTo - from) * (wanted - before)) / Math.max(1, count - before);
}

function gatewayFigures(reading: Reading, gateway: string): GatewayFigures {
  const { samples } = reading;
  const own = (name: string, fits: (labels: Labels) => boolean = () => true): number =>
    totalOf(reading, name, (labels) => labels['gateway'] === gateway && fits(labels));
  const buckets = samples
    .filter(
      ({ name, labels }) => name === 'chatpush_delivery_seconds_bucket' && labels['gateway'] === gateway,
    )
    .map(({ labels, value }) => [labels['le'] === '+Inf' ? Infinity : Number(labels['le']), value] as const);
  const reasons = samples
    .filter(
      ({ name, labels }) =>
        name === 'chatpush_attempts_total' &&
        labels['gateway'] === gateway &&
        labels['outcome'] === 'rejected',
    )
    .map(({ labels, value }) => [labels['reason'] ?? '', value] as const);
  return {
    gateway,
    running: own('chatpush_gateway_running'),
    held: own('chatpush_gateway_held'),
    isClosed: own('chatpush_gateway_closed') > 0,
    doubted: own('chatpush_gateway_doubted_registrations'),
    accepted: own('chatpush_attempts_total', ({ outcome }) => outcome === 'accepted'),
    refused: own('chatpush_attempts_total', ({ outcome }) => outcome === 'rejected'),
    reasons: reasons.toSorted(([, one], [, other]) => other - one),
    p50: quantile(buckets, 0.5),
    p99: quantile(buckets, 0.99),
  };
}

function channelFigures(reading: Reading): ChannelFigures[] {
  const { samples } = reading;
  const of = (wanted: string, { application, channel }: Labels): Sample | undefined =>
    samples.find(
      ({ name, labels }) =>
        name === wanted && labels['application'] === application && labels['channel'] === channel,
    );
  const attempts = ({ application, channel }: Labels, result: string): number =>
    totalOf(
      reading,
      'chatpush_channel_attempts_total',
      (labels) =>
        labels['application'] === application && labels['channel'] === channel && labels['result'] === result,
    );
  const msOf = (sample: Sample | undefined): number | undefined => sample && sample.value * 1000;
  const found = new Map(
    samples
      .filter(({ name }) =>
        /^chatpush_(deliveries_waiting|channel_closed|channel_attempts_total|certificate_expires_timestamp_seconds|credential_since_timestamp_seconds)$/.test(
          name,
        ),
      )
      .map(({ labels }) => [`${labels['application']} ${labels['channel']}`, labels]),
  );
  const sinceOf = (labels: Labels): ChannelFigures['credentialSince'] => {
    const sample = of('chatpush_credential_since_timestamp_seconds', labels);
    return sample && { at: sample.value * 1000, source: sample.labels['source'] ?? '' };
  };
  return [...found.values()].map((labels) => ({
    application: labels['application'] ?? '',
    channel: labels['channel'] ?? '',
    waiting: of('chatpush_deliveries_waiting', labels)?.value ?? 0,
    waitingSeconds: of('chatpush_waiting_seconds', labels)?.value ?? 0,
    accepted: attempts(labels, 'accepted'),
    dead: attempts(labels, 'token-dead'),
    lastAcceptedAt: msOf(of('chatpush_channel_last_accepted_timestamp_seconds', labels)),
    certificateExpiresAt: msOf(of('chatpush_certificate_expires_timestamp_seconds', labels)),
    credentialSince: sinceOf(labels),
    closedBy: of('chatpush_channel_closed', labels)?.labels['cause'],
  }));
}

const rate = (
  name: string,
  now: Reading,
  before: Reading | undefined,
  fits?: (labels: Labels) => boolean,
) => {
  if (before === undefined || now.atMs <= before.atMs) return undefined;
  const grown = totalOf(now, name, fits) - totalOf(before, name, fits);
  // A restarted service counts from 0.
  return grown < 0 ? undefined : (grown * 1000) / (now.atMs - before.atMs);
};

export function figuresOf(now: Reading, before?: Reading): Figures {
  const names = now.samples
    .filter(({ name }) => /^chatpush_(attempts_total|gateway_running)$/.test(name))
    .map(({ labels }) => labels['gateway'] ?? '');
  return {
    eventsPerSecond: rate('chatpush_chat_events_total', now, before),
    pushesPerSecond: rate('chatpush_attempts_total', now, before, ({ outcome }) => outcome === 'accepted'),
    failedRequests: totalOf(now, 'chatpush_requests_total', ({ status = '' }) => status.startsWith('5')),
    storeFailures: totalOf(now, 'chatpush_store_failures_total'),
    channels: channelFigures(now),
    gateways: [...new Set(names)].sort().map((gateway) => gatewayFigures(now, gateway)),
  };
}
