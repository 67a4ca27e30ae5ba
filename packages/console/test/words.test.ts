// How the page formats times and rules, and how its form becomes a rule.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FAULTS, type AppliedRule, type FaultKind } from '@chatpush/emulator';
import { carriedOver, initialParameters, ruleFrom, type FaultForm } from '../src/fault-rule.ts';
import { ago, duration, oftenOf, parametersOf, shortToken } from '../src/words.ts';

test('durations use the natural unit', () => {
  const said = [0, 4.2, 999, 1000, 59_940, 60_000, 3_600_000].map(duration);
  assert.deepEqual(said, ['0 ms', '4 ms', '999 ms', '1.0 s', '59.9 s', '1 min', '60 min']);
});

test('times are formatted as on lock screens', () => {
  const at = new Date(2026, 10, 22, 9, 5).getTime();
  const said = [0, 59_999, 60_000, 59 * 60_000, 60 * 60_000].map((passedMs) => ago(at, at + passedMs));
  assert.deepEqual(said, ['now', 'now', '1 min ago', '59 min ago', '09:05']);
});

test('a short token is shown whole, a long one keeps both ends', () => {
  assert.equal(shortToken('my-phone'), 'my-phone');
  assert.equal(shortToken(`0011223344${'f'.repeat(50)}9876`), '00112233…9876');
});

test('a rule shows its differences from the fault’s defaults, and how often it applies', () => {
  const rule: AppliedRule = {
    gateway: 'apns',
    fault: 'goaway',
    code: 0,
    twice: true,
    reason: 'Shutdown',
    applied: 3,
  };
  assert.equal(parametersOf(rule, FAULTS.goaway), 'twice, reason Shutdown');
  const often = [{}, { times: 1 }, { times: 2 }, { probability: 0.2 }, { probability: 0.005, times: 3 }];
  assert.deepEqual(
    often.map((how) => oftenOf({ ...rule, ...how })),
    ['every request', 'once', '2 times', '20 % of requests', '0.5 % of requests, 3 times'],
  );
});

const form = (changed: Partial<FaultForm>): FaultForm => ({
  gateway: 'apns',
  fault: 'http',
  parameters: {},
  often: 'always',
  times: '2',
  percent: '20',
  deviceToken: '',
  ...changed,
});

test('a form becomes a rule, without its empty fields', () => {
  const parameters = { status: '429', reason: '', retryAfterSeconds: '5', timestamp: '' };
  assert.deepEqual(ruleFrom(form({ parameters, often: 'share', deviceToken: 'ab' }), FAULTS.http), {
    gateway: 'apns',
    fault: 'http',
    status: 429,
    retryAfterSeconds: 5,
    deviceToken: 'ab',
    probability: 0.2,
  });
  const goaway = form({
    fault: 'goaway',
    parameters: { code: '0', reason: '', twice: true, refuse: false },
    often: 'times',
  });
  assert.deepEqual(ruleFrom(goaway, FAULTS.goaway), {
    gateway: 'apns',
    fault: 'goaway',
    code: 0,
    twice: true,
    times: 2,
  });
});

test('every fault’s initial form contains what the emulator requires', () => {
  for (const [name, kind] of Object.entries(FAULTS) as [string, FaultKind][]) {
    const parameters = initialParameters(name, kind);
    for (const [parameter, wanted] of Object.entries(kind.parameters)) {
      if ('required' in wanted && wanted.required)
        assert.notEqual(parameters[parameter], '', `${name}.${parameter}`);
    }
  }
});

test('rules survive a change: spent rules are dropped, counted rules keep their remaining count', () => {
  const rules: AppliedRule[] = [
    { gateway: 'apns', fault: 'fin', times: 2, applied: 2 },
    { gateway: 'apns', fault: 'rst', times: 5, applied: 3 },
    { gateway: 'fcm', fault: 'slow', delayMs: 5, applied: 9 },
  ];
  assert.deepEqual(carriedOver(rules), [
    { gateway: 'apns', fault: 'rst', times: 2 },
    { gateway: 'fcm', fault: 'slow', delayMs: 5 },
  ]);
});
