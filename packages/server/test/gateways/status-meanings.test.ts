// Every status from 400 to 599 as an intermediary answers it: with an HTML page instead of the gateway's body.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { startEmulator, type Emulator } from '@chatpush/emulator';
import { decide } from '../../src/delivery/decide.ts';
import type { Verdict } from '../../src/gateways/gateway.ts';
import { meaningOfStatus } from '../../src/gateways/status-meanings.ts';
import { openApns, openFcm, type Watched } from './harness.ts';

/** All others are `gateway-busy`. */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  400: 'message',
  401: 'credential',
  403: 'credential',
  404: 'credential',
  407: 'credential',
  408: 'again',
  413: 'message',
  421: 'again',
  451: 'credential',
  511: 'credential',
};

const GATEWAYS: Record<
  'apns' | 'fcm',
  { open: (t: TestContext, emulator: Emulator) => Watched; differs: Readonly<Record<number, Verdict>> }
> = {
  apns: {
    open(t, emulator) {
      const { topic, ...auth } = emulator.credentials.apns;
      return openApns(t, { ...emulator.apns, ca: emulator.ca }, { topic, auth });
    },
    differs: {},
  },
  fcm: {
    open: (t, emulator) => openFcm(t, emulator),
    // The access token may have expired: another is fetched.
    differs: { 401: 'again' },
  },
};

for (const [name, { open, differs }] of Object.entries(GATEWAYS))
  describe(`${name}, with an HTML page as answer`, () => {
    test('each status from 400 to 599 has its verdict, and only 400 and 413 end a push', async (t) => {
      const emulator = await startEmulator();
      t.after(() => emulator.close());
      const { send } = open(t, emulator);
      for (let status = 400; status < 600; status++) {
        emulator.faults.set([{ gateway: name as 'apns', fault: 'not-json', status, times: 1 }]);
        const outcome = await send();
        assert(outcome.kind === 'rejected', `${status}: ${outcome.kind}`);
        const expected = differs[status] ?? VERDICTS[status] ?? 'gateway-busy';
        assert.deepEqual([outcome.answer, outcome.verdict], [String(status), expected]);
        const { to } = decide(outcome, {
          sent: 0,
          unsentInARow: 0,
          pauses: 0,
          family: name as 'apns',
          random: 0,
        });
        assert.equal(to.status, status === 400 || status === 413 ? 'rejected' : 'queued', String(status));
      }
      assert.equal((await send()).kind, 'accepted');
    });

    for (const status of [408, 421])
      test(`${status} moves the next attempt to another connection, and a repeated ${status} leads to back-off`, async (t) => {
        const emulator = await startEmulator();
        t.after(() => emulator.close());
        const { send } = open(t, emulator);
        assert.equal((await send()).kind, 'accepted');
        emulator.faults.set([{ gateway: name as 'apns', fault: 'not-json', status, times: 2 }]);
        const verdicts: string[] = [];
        for (let n = 0; n < 3; n++) {
          const outcome = await send();
          verdicts.push(outcome.kind === 'rejected' ? outcome.verdict : outcome.kind);
        }
        assert.deepEqual(verdicts, ['again', 'gateway-busy', 'accepted']);
        const connections = emulator.requests
          .list()
          .filter(({ gateway }) => gateway === name)
          .map(({ connection }) => connection);
        assert.equal(new Set(connections).size, 3);
      });

    test('Retry-After is passed on', async (t) => {
      const emulator = await startEmulator();
      t.after(() => emulator.close());
      const { send } = open(t, emulator);
      emulator.faults.set([
        { gateway: name as 'apns', fault: 'not-json', status: 429, retryAfterSeconds: 7, times: 1 },
      ]);
      const outcome = await send();
      assert(outcome.kind === 'rejected');
      assert.equal(outcome.retryAfterMs, 7_000);
    });
  });

test('an intermediary’s status means the same with an unknown reason', () => {
  for (const status of [407, 408, 421, 425, 429, 451, 499, 500, 502, 503, 504, 511, 520, 529])
    assert.deepEqual(meaningOfStatus(status, true), meaningOfStatus(status, false));
  for (let status = 400; status < 600; status++)
    assert.match(meaningOfStatus(status, false).means, /^[A-Z].*\.$/);
});
