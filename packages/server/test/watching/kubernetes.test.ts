// The Kubernetes files match the service: its variables, its probes, and the time it takes to stop.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ENVIRONMENT_VARIABLES } from '../../src/config/settings.ts';
import { startSystem } from '../promises/system.ts';
import type { System } from '../promises/system.ts';

const FILE = readFileSync(new URL('../../../../deploy/kubernetes/chatpush.yaml', import.meta.url), 'utf8');
/** The whole stop, including the drain before it (service.ts). */
const STOP_SECONDS = 15;

let system: System;
before(async () => {
  system = await startSystem();
});
after(() => system.close());

test('every variable exists', () => {
  const known = new Set(ENVIRONMENT_VARIABLES.map(({ name }) => name));
  const named = [...FILE.matchAll(/name: (CHATPUSH_\w+)/g)].map(([, name]) => name!);
  assert.ok(named.length >= 4);
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});

test('every probe is answered', async () => {
  const paths = new Set([...FILE.matchAll(/httpGet: \{ path: (\S+),/g)].map(([, path]) => path!));
  assert.deepEqual([...paths].sort(), ['/livez', '/readyz']);
  for (const path of paths) assert.equal((await fetch(system.service.url + path)).status, 200, path);
});

test('the grace period is long enough for a stop', () => {
  const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(FILE)![1]);
  const preStop = Number(/command: \[sleep, '(\d+)'\]/.exec(FILE)![1]);
  assert.ok(grace >= preStop + STOP_SECONDS + 5);
});

test('secrets are references, and the container has no privileges', () => {
  assert.doesNotMatch(FILE, /^\s+value: .*(postgres:|password|secret)/m);
  for (const line of [
    'runAsNonRoot: true',
    'readOnlyRootFilesystem: true',
    'allowPrivilegeEscalation: false',
    'drop: [ALL]',
    'automountServiceAccountToken: false',
  ])
    assert.ok(FILE.includes(line), line);
});
