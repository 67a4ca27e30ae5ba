// A rule that can never have an effect is refused; the error says what is wrong, where, and how to fix it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FaultRuleError, FAULTS, startEmulator } from '@chatpush/emulator';
import { parseRules } from '../src/fault-rule-check.ts';
import { connect, pushTo } from './senders.ts';

const LONG = 'x'.repeat(1001);

const REFUSED: readonly [rules: unknown, ...where: string[]][] = [
  ['503', 'rules'],
  [[7], 'rules[0]'],
  [[{ gateway: 'apns' }], 'rules[0].fault'],
  [[{ gateway: 'apns', fault: 'toString' }], 'rules[0].fault'],
  [[{ fault: 'rst' }], 'rules[0].gateway'],
  [[{ gateway: 'gcm', fault: 'rst' }], 'rules[0].gateway'],
  [[{ gateway: 'oauth', fault: 'goaway' }], 'rules[0].gateway'],
  [[{ gateway: 'apns', fault: 'http' }], 'rules[0].status'],
  [[{ gateway: 'apns', fault: 'http', status: 99 }], 'rules[0].status'],
  [[{ gateway: 'apns', fault: 'http', status: '503' }], 'rules[0].status'],
  [[{ gateway: 'apns', fault: 'http', status: 503, retryAfter: 7 }], 'rules[0].retryAfter'],
  [[{ gateway: 'apns', fault: 'rst', probability: 0 }], 'rules[0].probability'],
  [[{ gateway: 'apns', fault: 'rst', probability: 1.1 }], 'rules[0].probability'],
  [[{ gateway: 'apns', fault: 'rst', times: 0 }], 'rules[0].times'],
  [[{ gateway: 'apns', fault: 'rst', project: 'p' }], 'rules[0].project'],
  [[{ gateway: 'fcm', fault: 'rst', topic: 't' }], 'rules[0].topic'],
  [[{ gateway: 'oauth', fault: 'rst', project: 'p' }], 'rules[0].gateway'],
  [[{ gateway: 'apns', fault: 'slow' }], 'rules[0].delayMs'],
  [[{ gateway: 'apns', fault: 'answer-lost', by: 'magic' }], 'rules[0].by'],
  [[{ gateway: 'apns', fault: 'goaway', twice: 'yes' }], 'rules[0].twice'],
  [[{ gateway: 'apns', fault: 'rst', deviceToken: 'not hex' }], 'rules[0].deviceToken'],
  // Regression: a reason longer than an HTTP/2 frame was never sent, and the sender kept waiting.
  [[{ gateway: 'apns', fault: 'goaway', reason: LONG }], 'rules[0].reason'],
  [[{ gateway: 'fcm', fault: 'http', reason: LONG }], 'rules[0].reason'],
  [
    [
      { gateway: 'apns', fault: 'rst' },
      { gateway: 'x', fault: 'slow', delayMs: -1 },
    ],
    'rules[1].gateway',
    'rules[1].delayMs',
  ],
];

for (const [rules, ...where] of REFUSED) {
  test(`refused: ${JSON.stringify(rules).slice(0, 200)}`, () => {
    assert.throws(
      () => parseRules(rules),
      (error: unknown) => {
        assert.ok(error instanceof FaultRuleError);
        assert.deepEqual(
          error.problems.map((problem) => problem.where),
          where,
        );
        for (const { what, fix } of error.problems) assert.ok(what.length > 0 && fix.length > 0);
        return true;
      },
    );
  });
}

test('a refused rule changes nothing', async () => {
  await using emulator = await startEmulator();
  emulator.faults.add({ gateway: 'apns', fault: 'rst' });
  assert.throws(() => emulator.faults.add({ gateway: 'apns', fault: 'slow' }), FaultRuleError);
  assert.throws(() => emulator.faults.set([{ gateway: 'oauth', fault: 'quota', limit: 1 }]), FaultRuleError);
  assert.deepEqual(emulator.faults.list(), [{ gateway: 'apns', fault: 'rst', applied: 0 }]);
});

test('the longest reason is sent, in any script and by either gateway', async () => {
  await using emulator = await startEmulator();
  for (const [gateway, url] of [
    ['apns', emulator.apns.url],
    ['fcm', emulator.fcm.url],
  ] as const) {
    for (const reason of ['"'.repeat(1000), '語'.repeat(1000)]) {
      emulator.faults.set([{ gateway, fault: 'goaway', reason }]);
      await using wire = await connect(url, emulator.ca);
      await wire.request({ ...pushTo(emulator), ...(gateway === 'fcm' && { ':path': '/' }) }, '{}');
      await wire.closed;
      assert.equal(wire.aways[0]?.debug, gateway === 'fcm' ? reason : JSON.stringify({ reason }));
    }
  }
});

test('every fault in the table works at every gateway it names', () => {
  for (const [fault, { gateways, parameters }] of Object.entries(FAULTS)) {
    const given = Object.entries(parameters).flatMap(([name, parameter]) =>
      parameter.kind === 'integer' && 'required' in parameter ? [[name, parameter.least]] : [],
    );
    for (const gateway of gateways) {
      const status = fault === 'http' ? { status: 503 } : {};
      assert.equal(parseRules([{ gateway, fault, ...status, ...Object.fromEntries(given) }]).length, 1);
    }
  }
});
