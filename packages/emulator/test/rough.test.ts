// Senders that misbehave in every way at once, with every fault on: the emulator runs in other people's processes and must never
// crash them.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { FAULTS, startEmulator, type FaultRule } from '@chatpush/emulator';
import { ALERT, connect, pushTo, sendFcm, sendUrl } from './senders.ts';

const RULES = Object.entries(FAULTS).flatMap(([fault, { gateways }]): FaultRule[] =>
  gateways
    .filter((gateway) => gateway === 'apns' || gateway === 'fcm')
    .map((gateway) => {
      const rule: FaultRule = { gateway, fault: fault as FaultRule['fault'], probability: 0.2 };
      if (fault === 'http') rule.status = 503;
      if (fault === 'slow') rule.delayMs = 3;
      if (fault === 'stream-limit' || fault === 'quota') rule.limit = 5;
      return rule;
    }),
);
const GOAWAYS: readonly FaultRule[] = [
  { gateway: 'apns', fault: 'goaway', probability: 0.1, refuse: true },
  { gateway: 'apns', fault: 'goaway', probability: 0.1, code: 2, serve: true },
  { gateway: 'apns', fault: 'goaway', probability: 0.1, twice: true },
  { gateway: 'fcm', fault: 'answer-lost', probability: 0.1, by: 'silence' },
];

const does = fc.constantFrom('wait', 'reset', 'cut', 'destroy');

test('no sender and no fault crashes the emulator or leaks a connection', async () => {
  const emulator = await startEmulator();
  const bytes = JSON.stringify(ALERT);
  await fc.assert(
    fc.asyncProperty(
      fc.array(does, { minLength: 2, maxLength: 8 }),
      fc.shuffledSubarray([...RULES, ...GOAWAYS], { minLength: 1 }),
      async (senders, rules) => {
        emulator.faults.set(rules);
        for (const url of [emulator.apns.url, emulator.fcm.url]) {
          const wire = await connect(url, emulator.ca).catch(() => undefined);
          if (wire === undefined) continue; // refused by a fault of the previous connection
          const headers =
            url === emulator.apns.url
              ? pushTo(emulator)
              : { ':path': new URL(sendUrl(emulator)).pathname, authorization: 'Bearer x' };
          for (const what of senders) {
            if (wire.session.destroyed || wire.session.closed) break;
            const stream = wire.session.request({ ':method': 'POST', ...headers });
            stream.on('error', () => undefined).resume();
            if (what === 'wait') stream.end(bytes);
            else if (what === 'reset') stream.end(bytes, () => stream.close(8));
            else if (what === 'cut') stream.write(bytes.slice(0, 9), () => stream.destroy());
            else stream.end(bytes, () => wire.session.destroy());
          }
          // Some are never answered, so this cannot be awaited.
          await Promise.race([wire.closed, new Promise((resolve) => setTimeout(resolve, 15))]);
          wire.session.destroy(); // Node's client does not reliably report that it has closed
        }
      },
    ),
    { seed: 20261122, numRuns: 60 },
  );
  emulator.faults.clear();
  const wire = await connect(emulator.apns.url, emulator.ca);
  assert.equal((await wire.request(pushTo(emulator), bytes)).status, 200);
  assert.equal((await sendFcm(emulator, 'another', { token: 'a', data: {} })).status, 200);
  wire.session.destroy();
  await emulator.close();
  // A connection left open by the emulator would keep this test file from ending.
});
