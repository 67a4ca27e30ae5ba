// Whatever happens to a connection, the outcome of an attempt must agree with the phone: accepted ⇒ received, unsent or rejected
// ⇒ not received, unknown ⇒ either.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { startEmulator, type Emulator, type EmulatorOptions, type FaultRule } from '@chatpush/emulator';
import type { Outcome } from '../../src/gateways/gateway.ts';
import { APNS_POLICY, FCM_POLICY, type PoolPolicy } from '../../src/gateways/policy.ts';
import { aPush, IMPATIENT, openApns, openFcm, soon, type Watched } from './harness.ts';

type Kind = 'apns' | 'fcm';
const KINDS: readonly Kind[] = ['apns', 'fcm'];

const { connectMs, overdueMs, pingAnswerMs, backOff } = IMPATIENT;
// Far enough from the slow answers below, even on a busy machine.
const impatient = { connectMs, attemptMs: 1_000, overdueMs, pingAnswerMs, backOff };
const POLICIES: Record<Kind, PoolPolicy> = {
  apns: { ...APNS_POLICY, ...impatient },
  fcm: { ...FCM_POLICY, ...impatient },
};

async function start(
  t: TestContext,
  kind: Kind,
  options: EmulatorOptions = {},
  policy = POLICIES[kind],
): Promise<{ emulator: Emulator; sender: Watched }> {
  const emulator = await startEmulator(options);
  t.after(() => emulator.close());
  if (kind === 'fcm') return { emulator, sender: openFcm(t, emulator, { policy }) };
  const { topic, ...auth } = emulator.credentials.apns;
  const { host, port } = emulator.apns;
  return { emulator, sender: openApns(t, { host, port, ca: emulator.ca }, { topic, auth, policy }) };
}

interface Weather {
  readonly fault: Omit<FaultRule, 'gateway' | 'times'>;
  readonly outcome: Outcome['kind'];
  /** How many requests the phone got by it. */
  readonly arrived: 0 | 1;
  readonly next: 'the same connection' | 'another connection';
}

const WEATHER: readonly Weather[] = [
  { fault: { fault: 'goaway' }, outcome: 'accepted', arrived: 1, next: 'another connection' },
  { fault: { fault: 'goaway', twice: true }, outcome: 'accepted', arrived: 1, next: 'another connection' },
  { fault: { fault: 'goaway', refuse: true }, outcome: 'unsent', arrived: 0, next: 'another connection' },
  {
    fault: { fault: 'goaway', refuse: true, code: 2 },
    outcome: 'unsent',
    arrived: 0,
    next: 'another connection',
  },
  { fault: { fault: 'goaway', code: 2 }, outcome: 'unknown', arrived: 0, next: 'another connection' },
  {
    fault: { fault: 'goaway', code: 11, serve: true },
    outcome: 'unknown',
    arrived: 1,
    next: 'another connection',
  },
  { fault: { fault: 'fin' }, outcome: 'unknown', arrived: 0, next: 'another connection' },
  { fault: { fault: 'rst' }, outcome: 'unknown', arrived: 0, next: 'another connection' },
  { fault: { fault: 'frozen' }, outcome: 'unknown', arrived: 0, next: 'another connection' },
  { fault: { fault: 'black-hole' }, outcome: 'unknown', arrived: 0, next: 'the same connection' },
  { fault: { fault: 'answer-lost', by: 'rst' }, outcome: 'unknown', arrived: 1, next: 'another connection' },
  { fault: { fault: 'answer-lost', by: 'fin' }, outcome: 'unknown', arrived: 1, next: 'another connection' },
  {
    fault: { fault: 'answer-lost', by: 'stream' },
    outcome: 'unknown',
    arrived: 1,
    next: 'the same connection',
  },
  {
    fault: { fault: 'answer-lost', by: 'silence' },
    outcome: 'unknown',
    arrived: 1,
    next: 'the same connection',
  },
  { fault: { fault: 'reset-stream', code: 7 }, outcome: 'unsent', arrived: 0, next: 'the same connection' },
  { fault: { fault: 'reset-stream', code: 2 }, outcome: 'unknown', arrived: 0, next: 'the same connection' },
  { fault: { fault: 'slow', delayMs: 50 }, outcome: 'accepted', arrived: 1, next: 'the same connection' },
  { fault: { fault: 'slow', delayMs: 2_500 }, outcome: 'unknown', arrived: 1, next: 'the same connection' },
  {
    fault: { fault: 'stream-limit', limit: 1 },
    outcome: 'accepted',
    arrived: 1,
    next: 'the same connection',
  },
];

/** Faults that the emulator cannot combine with others on one connection. */
const EXCLUSIVE = new Set<string>(['frozen', 'stream-limit']);

for (const kind of KINDS) {
  describe(`${kind} with`, () => {
    for (const { fault, outcome, arrived, next } of WEATHER) {
      const name = Object.entries(fault)
        .map(([key, value]) => (key === 'fault' ? value : `${key} ${value}`))
        .join(', ');
      test(`${name}: ${outcome}, and the next is sent on ${next}`, async (t) => {
        const { emulator, sender } = await start(t, kind);
        assert.equal((await sender.send({ deviceToken: 'aa' })).kind, 'accepted');
        emulator.faults.set([{ gateway: kind, times: 1, ...fault }]);
        assert.equal((await sender.send({ deviceToken: 'bb' })).kind, outcome);
        assert.equal(emulator.phone('bb').received, arrived);
        assert.equal((await sender.send({ deviceToken: 'cc' })).kind, 'accepted');
        const connections = emulator.requests
          .list()
          .filter(({ gateway }) => gateway === kind)
          .map(({ connection }) => connection);
        assert.equal(connections.at(-1) === connections[0], next === 'the same connection');
      });
    }

    test('everything at once: each attempt ends once, with the correct outcome', async (t) => {
      const state = { seed: 20_261_122 };
      const random = (): number => {
        state.seed = (Math.imul(state.seed, 1_664_525) + 1_013_904_223) >>> 0;
        return state.seed / 2 ** 32;
      };
      const policy = {
        ...POLICIES[kind],
        maxSessions: 3,
        maxStreams: 50,
        backOff: { firstMs: 1, mostMs: 5 },
      };
      const { emulator, sender } = await start(t, kind, { random }, policy);
      const rare = { gateway: kind, probability: 0.01 } as const;
      emulator.faults.set([
        ...WEATHER.filter(({ fault }) => !EXCLUSIVE.has(fault.fault)).map(({ fault }) =>
          Object.assign({}, rare, fault),
        ),
        { ...rare, fault: 'http', status: 503, probability: 0.05 },
        { ...rare, fault: 'http', status: 400, probability: 0.05 },
        { ...rare, fault: 'not-json', probability: 0.02 },
      ]);
      const { gateway, until } = sender;
      const total = 2_000;
      const seen = new Map<Outcome['kind'], number>();
      const running: Promise<void>[] = [];
      for (let n = 0; n < total; n++) {
        gateway.want(total - n);
        await until(() => gateway.credit > 0);
        const hexadecimal = n.toString(16).padStart(64, '0');
        const deviceToken = kind === 'fcm' ? `android:${hexadecimal}` : hexadecimal;
        running.push(
          gateway.attempt(aPush({ deviceToken })).then(({ kind }) => {
            seen.set(kind, (seen.get(kind) ?? 0) + 1);
            const { received } = emulator.phone(deviceToken);
            if (kind === 'accepted') assert.equal(received, 1);
            else if (kind === 'unknown') assert(received <= 1);
            else assert.equal(received, 0, kind);
          }),
        );
      }
      gateway.want(0);
      await Promise.all(running);
      assert.deepEqual([...seen.keys()].sort(), ['accepted', 'rejected', 'unknown', 'unsent']);
      assert.equal(running.length, total);
    });
  });
}

test('Apple’s reduction to one stream after a rejection is respected, and so is its end', async (t) => {
  const { emulator, sender } = await start(t, 'apns', { strict: { tokens: true } });
  emulator.install('aa', { deviceType: 'APNS' });
  const { gateway, send } = sender;
  assert.equal((await send({ deviceToken: 'aa' })).kind, 'accepted');
  await soon(() => gateway.credit === 1_000);
  emulator.faults.set([{ gateway: 'apns', fault: 'rejection-throttle' }]);
  const outcome = await send({ deviceToken: 'bb' });
  assert(outcome.kind === 'rejected');
  assert.equal(outcome.answer, '400 BadDeviceToken');
  await soon(() => gateway.credit === 1);
  assert.equal((await send({ deviceToken: 'aa' })).kind, 'accepted');
  await soon(() => gateway.credit === 1_000);
});
