// A wave of refused device tokens: which refusals are trusted immediately, which wait, and what ends the wave.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQuarantine } from '../../src/delivery/quarantine.ts';
import { QUARANTINE } from '../../src/delivery/retry.ts';

function setup() {
  let now = 1_000;
  const events: unknown[] = [];
  const removed: string[] = [];
  const quarantine = createQuarantine(() => now, { doubted: (share) => events.push(share) });
  /** `dead`: permanently invalid; `suspect`: perhaps of another channel. Undefined if the refusal is trusted. */
  const refuse = (token: string, verdict: 'dead' | 'suspect' = 'dead') =>
    quarantine.refused(
      token,
      `registration of ${token}`,
      verdict === 'dead' ? () => void removed.push(token) : undefined,
    );
  const wave = (count: number, verdict?: 'dead' | 'suspect') =>
    Array.from({ length: count }, (_, index) => refuse(`wave-${index}`, verdict));
  return {
    quarantine,
    events,
    removed,
    refuse,
    wave,
    accept: (count: number) => {
      for (let index = 0; index < count; index++) quarantine.accepted(`living-${index}`);
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}
const { minTokens, minLiving, againMs } = QUARANTINE;

test('a dead token among live ones is trusted', () => {
  const { quarantine, refuse, accept } = setup();
  accept(30);
  for (let index = 0; index < 29; index++) assert.equal(refuse(`${index}`), undefined);
  assert.equal(quarantine.isDoubted, false);
});

test('one repeatedly refused device is not a wave', () => {
  const { refuse } = setup();
  for (let count = 0; count < 100; count++) assert.equal(refuse('the same'), undefined);
});

test('once refusals form a wave, none is trusted, and this is logged once', () => {
  const { quarantine, events, wave } = setup();
  const answers = wave(minTokens + 5);
  assert.deepEqual(answers.slice(0, minTokens - 1), Array(minTokens - 1).fill(undefined));
  assert.deepEqual(answers.slice(minTokens - 1), Array(6).fill(againMs));
  assert.deepEqual(events, [{ refused: minTokens, of: minTokens }]);
  assert.equal(quarantine.noted, 6);
});

test('refusals spread over time are not a wave', () => {
  const { refuse, pass } = setup();
  for (let index = 0; index < 100; index++) {
    assert.equal(refuse(`${index}`), undefined);
    pass(QUARANTINE.windowMs / minTokens + 1_000);
  }
});

test('a token is trusted as dead when it is refused again minutes later, but not before', () => {
  const { refuse, wave, pass } = setup();
  wave(minTokens);
  const last = `wave-${minTokens - 1}`;
  pass(againMs - 1);
  assert.equal(refuse(last), 1);
  assert.equal(refuse('another'), againMs);
  pass(1);
  assert.equal(refuse(last), undefined);
});

test('a channel that accepts other tokens is healthy: noted tokens are removed immediately, and later refusals are trusted', () => {
  const { quarantine, events, removed, refuse, wave, accept } = setup();
  wave(minTokens + 10);
  accept(minLiving - 1);
  assert.deepEqual(removed, []);
  accept(minLiving);
  assert.deepEqual(
    removed,
    Array.from({ length: 11 }, (_, index) => `wave-${index + minTokens - 1}`),
  );
  assert.equal(quarantine.noted, 0);
  assert.equal(events.at(-1), undefined);
  for (let index = 0; index < 50; index++) assert.equal(refuse(`next-${index}`), undefined);
});

test('acceptances before the wave prove nothing', () => {
  const { quarantine, wave, accept } = setup();
  accept(minLiving);
  wave(100);
  assert.equal(quarantine.isDoubted, true);
});

test('a few live tokens beside thousands of refused ones prove nothing', () => {
  const { quarantine, removed, wave, accept } = setup();
  wave(1_000);
  accept(100);
  assert.equal(quarantine.isDoubted, true);
  assert.deepEqual(removed, []);
});

test('a suspected token is not suspended later, because the channel may have changed by then', () => {
  const { removed, wave, accept } = setup();
  wave(minTokens + 10, 'suspect');
  accept(minLiving);
  assert.deepEqual(removed, []);
});

test('an undecided wave is forgotten after an hour without refusals', () => {
  const { quarantine, removed, refuse, wave, pass } = setup();
  wave(100);
  pass(QUARANTINE.quietMs + 1);
  assert.equal(quarantine.isDoubted, false);
  assert.deepEqual(removed, []);
  assert.equal(refuse('later'), undefined);
});

test('memory is bounded, however many are refused', () => {
  const { quarantine, wave } = setup();
  wave(QUARANTINE.mostNotes + 100);
  assert.equal(quarantine.noted, QUARANTINE.mostNotes);
});
