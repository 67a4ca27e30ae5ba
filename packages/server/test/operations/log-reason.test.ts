// Promise: every dropped delivery has a reason, and every reason has a sentence.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LOG_REASONS, explainReason } from '../../src/delivery/log-reason.ts';

test('every reason of our own is in the list', () => {
  const sources = globSync('*.ts', { cwd: new URL('../../src/delivery/', import.meta.url) });
  const given = new Set<string>();
  for (const name of sources) {
    const text = readFileSync(new URL(`../../src/delivery/${name}`, import.meta.url), 'utf8');
    for (const [line] of text.matchAll(/(?:\breason: |\bgiveBack\(|\bconst why =)[^;]*/g))
      for (const [, reason] of line.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)) given.add(reason!);
  }
  // A pattern without matches would prove nothing.
  assert.ok(given.has('registration-deleted') && given.has('breaker-open'), [...given].join());
  for (const reason of given) assert.ok(reason in LOG_REASONS, `${reason} has no sentence`);
});

test("a gateway's reason is quoted as the gateway's", () => {
  assert.match(explainReason('BadDeviceToken'), /BadDeviceToken/);
  assert.match(explainReason('toString'), /The gateway said toString/);
  assert.equal(explainReason('own-message'), LOG_REASONS['own-message']);
});
