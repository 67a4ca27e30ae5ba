// The dashboard and alerts: every metric in them exists, every alert has its section in the docs, and Prometheus accepts them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '@chatpush/emulator';
import { iphone, startSystem } from '../promises/system.ts';
import type { System } from '../promises/system.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
const ALERTS = pathOf('deploy/prometheus/alerts.yaml');
const DASHBOARD = pathOf('deploy/grafana/chatpush.json');

let system: System;
let metrics: string;
before(async () => {
  system = await startSystem();
  await system.register('contact', iphone('watched'));
  await system.say('contact', 'm1');
  await system.settled('contact', ([entry]) => entry?.status === 'accepted');
  metrics = await (await fetch(`${system.service.url}/metrics`)).text();
});
after(() => system.close());

/** Every metric that a text names, without the suffixes of histograms. */
const metricsIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b(?:chatpush|nodejs|process)_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    ),
  ),
];

for (const file of [ALERTS, DASHBOARD])
  test(`every metric in ${file.split('/').at(-1)} exists`, () => {
    const known = new Set([...metrics.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    const named = metricsIn(readFileSync(file, 'utf8'));
    assert.ok(named.length >= 8, `only ${named.join(', ')}`);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

test('the times of one push are measured: call, store, delivery', () => {
  for (const series of [
    'chatpush_request_seconds_count{operation="PutChatEvents"} 1',
    'chatpush_store_seconds_count{verb="enqueue"} 1',
    'chatpush_delivery_seconds_count{gateway="apns (emulated)"} 1',
    'chatpush_node_holds_lease 1',
  ])
    assert.ok(metrics.includes(`\n${series}\n`), series);
  const commits = Number(/^chatpush_store_commit_calls_count (\d+)$/m.exec(metrics)?.[1]);
  const calls = Number(/^chatpush_store_commit_calls_sum (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(commits > 0 && calls >= commits, `${calls} calls in ${commits} commits`);
  assert.match(metrics, /^chatpush_deliveries_waiting\{application="[^"]+support",channel="APNS"\} 0$/m);
});

test('the age of the oldest waiting delivery is that of the store, not of this process', async (t) => {
  const emulator = await startEmulator();
  t.after(() => emulator.close());
  const waiting = await startSystem({ emulator });
  t.after(() => waiting.close());
  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 403, reason: 'InvalidProviderToken' }]);
  await waiting.register('contact', iphone('waits'));
  const saidAt = performance.now();
  await waiting.say('contact', 'm1');
  await waiting.settled('contact', ([entry]) => entry!.attemptCount > 0);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await waiting.restart();
  const read = async () => {
    const text = await (await fetch(`${waiting.service.url}/metrics`)).text();
    return Number(/^chatpush_waiting_seconds\{[^}]*channel="APNS"\} (\S+)$/m.exec(text)?.[1]);
  };
  let seconds = 0;
  for (const until = performance.now() + 10_000; !(seconds >= 3) && performance.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    seconds = await read();
  }
  assert.ok(seconds >= 3 && seconds <= (performance.now() - saidAt) / 1_000, `${seconds} s`);
});

test('every alert links to its section in Troubleshooting', () => {
  const alerts = readFileSync(ALERTS, 'utf8')
    .split(/^ {6}- alert: /m)
    .slice(1);
  const guide = readFileSync(pathOf('docs/guides/troubleshooting.md'), 'utf8');
  assert.ok(alerts.length >= 8);
  for (const alert of alerts) {
    const name = alert.split('\n', 1)[0]!;
    assert.match(alert, new RegExp(`troubleshooting\\.md#${name.toLowerCase()}\\n`), name);
    assert.match(guide, new RegExp(`^### ${name}\\n\\n\\S`, 'm'), `a paragraph for ${name}`);
  }
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const skip = !hasPromtool && 'no promtool here (apt install prometheus)';

test('promtool accepts the alerts', { skip }, () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /8 rules found/);
});

test('promtool finds no problems in our metrics', { skip }, () => {
  const ours = metrics
    .split('\n')
    .filter((line) => /^(# \w+ )?chatpush_/.test(line))
    .join('\n');
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    encoding: 'utf8',
    input: `${ours}\n`,
  });
  assert.equal(status, 0, stdout + stderr);
});
