// The circuit breaker of a gateway: when it opens, and how it probes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreaker } from '../../src/delivery/breaker.ts';
import { BREAKER } from '../../src/delivery/retry.ts';

function setup() {
  let now = 1_000;
  const breaker = createBreaker(
    () => now,
    () => 0.5,
  );
  return {
    breaker,
    pass: (ms: number) => {
      now += ms;
    },
    feed: (sign: 'good' | 'busy', count: number) => {
      for (let i = 0; i < count; i++) breaker.record(sign);
    },
  };
}

test('a few failures among successes keep it closed', () => {
  const { breaker, feed } = setup();
  feed('good', 10);
  feed('busy', 9);
  assert.equal(breaker.state, 'closed');
  assert.equal(breaker.allows(500), Infinity);
});

test('it opens when half of the last answers are failures, and a probe closes it', () => {
  const { breaker, feed, pass } = setup();
  feed('busy', BREAKER.minAnswers);
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.reason, 'gateway');
  assert.equal(breaker.allows(0), 0);
  pass(breaker.opensInMs());
  assert.equal(breaker.state, 'half-open');
  assert.equal(breaker.allows(0), 1, 'one probe');
  assert.equal(breaker.allows(1), 0, 'and no second beside it');
  breaker.record('good');
  assert.equal(breaker.state, 'closed');
  assert.equal(breaker.reason, undefined);
});

test('a failed probe waits twice as long, up to the ceiling', () => {
  const { breaker, feed, pass } = setup();
  feed('busy', BREAKER.minAnswers);
  let before = breaker.opensInMs();
  for (let i = 0; i < 12; i++) {
    pass(breaker.opensInMs());
    breaker.record('busy');
    const after = breaker.opensInMs();
    assert.ok(after >= before, `${after} after ${before}`);
    assert.ok(after <= BREAKER.maxMs);
    before = after;
  }
  assert.equal(before, BREAKER.maxMs * 0.75);
});

test('answers of attempts that were in flight when it opened change nothing', () => {
  const { breaker, feed } = setup();
  feed('busy', BREAKER.minAnswers);
  const opensIn = breaker.opensInMs();
  feed('busy', 50);
  feed('good', 50);
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.opensInMs(), opensIn);
});

test('one refused credential opens it, because no other push can succeed', () => {
  const { breaker } = setup();
  breaker.record('credential');
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.reason, 'credential');
});

test('old answers are forgotten', () => {
  const { breaker, feed, pass } = setup();
  feed('busy', BREAKER.minAnswers - 1);
  pass(BREAKER.windowMs + 1);
  feed('busy', 1);
  assert.equal(breaker.state, 'closed');
});
