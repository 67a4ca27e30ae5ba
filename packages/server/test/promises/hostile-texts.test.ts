// No text delays other callers: a call with the maximum number of events, each with a crafted slow text, for a contact with the
// maximum number of registrations. Exact figures: npm run bench -- hostile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@chatpush/client';
import { HOSTILE } from '../content/markdown-cases.ts';
import { INSTANCE, iphone, startSystem } from './system.ts';

const EVENTS = 500;
const DEVICES = 10;
const OTHER_INSTANCE = '99999999-2222-3333-4444-555555555555';

test('500 hostile texts in one call for ten devices are accepted, and other calls continue meanwhile', async (t) => {
  const system = await startSystem();
  t.after(() => system.close());
  for (let device = 0; device < DEVICES; device++) await system.register('contact', iphone(`${device}`));

  const waits: { livez: number[]; other: number[] } = { livez: [], other: [] };
  const over = new AbortController();
  async function watch(into: number[], ask: () => Promise<unknown>): Promise<void> {
    while (!over.signal.aborted) {
      const begun = performance.now();
      await ask();
      into.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const watching = Promise.all([
    watch(waits.livez, () => fetch(`${system.service.url}/livez`).then((answer) => answer.text())),
    watch(waits.other, () =>
      system.client.putChatEvents({
        instanceId: OTHER_INSTANCE,
        events: [{ id: crypto.randomUUID(), contactId: 'other', type: 'MESSAGE', participantRole: 'AGENT' }],
      }),
    ),
  ]);
  // Its default timeout is for a machine that does nothing else.
  const patient = createClient({
    region: 'eu-central-1',
    endpoint: system.service.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    attemptTimeoutMs: 120_000,
  });
  const begun = performance.now();
  const { results } = await patient.putChatEvents({
    instanceId: INSTANCE,
    events: Array.from({ length: EVENTS }, (_, index) => ({
      id: `m${index}`,
      contactId: 'contact',
      type: 'MESSAGE',
      participantRole: 'AGENT',
      ...HOSTILE[index % HOSTILE.length]!,
      name: undefined,
    })),
  });
  const ms = performance.now() - begun;
  over.abort();
  await watching;

  assert.equal(results.length, EVENTS);
  assert.ok(results.every(({ deliveries }) => deliveries === DEVICES));
  // Generous, for a machine that does much else: read once per device, by expressions, and without turns, this took minutes in
  // one piece.
  assert.ok(ms < 120_000, `answered after ${ms} ms`);
  assert.ok(waits.livez.length > 10 && waits.other.length > 3, JSON.stringify(waits));
  assert.ok(Math.max(...waits.livez) < 5_000, `/livez took ${Math.max(...waits.livez)} ms`);
  assert.ok(Math.max(...waits.other) < 15_000, `another instance's call took ${Math.max(...waits.other)} ms`);
});
