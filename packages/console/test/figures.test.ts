// The figures that the health view reads from /metrics.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { adviceIn } from '../src/views/health/advice.ts';
import { figuresOf, quantile } from '../src/views/health/figures.ts';
import { parseMetrics } from '../src/views/health/metrics-text.ts';
import { troublesOf } from '../src/views/health/troubles.ts';

const TEXT = `# HELP chatpush_attempts_total Requests to gateways.
# TYPE chatpush_attempts_total counter
chatpush_attempts_total{gateway="apns",outcome="accepted",reason=""} 30
chatpush_attempts_total{gateway="apns",outcome="rejected",reason="BadDeviceToken"} 2
chatpush_attempts_total{gateway="fcm \\"x\\", a\\\\b",outcome="rejected",reason="UNREGISTERED"} 1
chatpush_delivery_seconds_bucket{le="0.01",gateway="apns"} 16
chatpush_delivery_seconds_bucket{le="0.1",gateway="apns"} 32
chatpush_delivery_seconds_bucket{le="+Inf",gateway="apns"} 32
chatpush_gateway_closed{gateway="apns"} 1
chatpush_deliveries_waiting{application="arn:apps/bank",channel="APNS"} 1200
chatpush_waiting_seconds{application="arn:apps/bank",channel="APNS"} 90
chatpush_channel_closed{application="arn:apps/bank",channel="APNS",cause="credential"} 1
chatpush_deliveries_waiting{application="arn:apps/bank",channel="GCM"} 7
chatpush_waiting_seconds{application="arn:apps/bank",channel="GCM"} 61
chatpush_requests_total{operation="PutChatEvents",status="503"} 4
process_start_time_seconds 1.7e9
`;

test('labels are unescaped, and comments are skipped', () => {
  const samples = parseMetrics(TEXT);
  assert.equal(samples.length, 14);
  assert.equal(samples[2]?.labels['gateway'], 'fcm "x", a\\b');
  assert.equal(samples.at(-1)?.value, 1.7e9);
});

test('a quantile is interpolated within its bucket', () => {
  const buckets = [
    [1, 10],
    [2, 20],
    [Infinity, 20],
  ] as const;
  assert.equal(quantile(buckets, 0.5), 1);
  assert.equal(quantile(buckets, 0.75), 1.5);
  assert.equal(
    quantile(
      [
        [1, 0],
        [Infinity, 4],
      ],
      0.5,
    ),
    1,
    'above the last finite bucket only its bound is known',
  );
  assert.equal(quantile([[Infinity, 0]], 0.5), undefined);
});

test('rates cover the time between two readings, and a restarted service has none', () => {
  const at = (atMs: number, accepted: number) => ({
    atMs,
    samples: parseMetrics(
      `chatpush_attempts_total{gateway="apns",outcome="accepted",reason=""} ${accepted}\n`,
    ),
  });
  assert.equal(figuresOf(at(5_000, 40), at(3_000, 20)).pushesPerSecond, 10);
  assert.equal(figuresOf(at(5_000, 40)).pushesPerSecond, undefined);
  assert.equal(figuresOf(at(5_000, 1), at(3_000, 20)).pushesPerSecond, undefined);
});

test('a channel that cannot send and a failing store are reported with what to do', () => {
  const figures = figuresOf({ atMs: 0, samples: parseMetrics(TEXT) });
  assert.equal(figures.failedRequests, 4);
  assert.equal(figures.gateways.find(({ gateway }) => gateway === 'apns')?.p50, 0.01);
  const troubles = troublesOf({ ready: false, checks: { store: 'not available', lease: 'ok' }, figures });
  assert.equal(troubles.length, 3);
  assert.match(troubles[0]?.says ?? '', /store: not available/);
  assert.match(
    troubles[1]?.says ?? '',
    /^bank APNS is not sending: its gateway refuses the credential.*1,200 deliveries are waiting/,
  );
  assert.match(troubles[2]?.says ?? '', /^bank GCM has 7 waiting deliveries, the oldest for 1 min/);
  const guide = readFileSync(new URL('../../../docs/guides/troubleshooting.md', import.meta.url), 'utf8');
  assert.deepEqual(
    troubles.map(({ alert }) => adviceIn(guide, alert)?.slice(0, 9)),
    ['The datab', 'A channel', 'A deliver'],
  );
  assert.equal(adviceIn(guide, 'ChatpushNothing'), undefined);
  const well = { gateways: [], channels: [], failedRequests: 0, storeFailures: 0 };
  assert.deepEqual(troublesOf({ ready: true, checks: { store: 'ok' }, figures: well }), []);
});
