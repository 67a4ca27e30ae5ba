// How a contact starts, ends and is deleted.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serialiseContact } from '../../src/contact/document.ts';
import { end, pushes, retention, review, start } from '../../src/contact/lifetime.ts';
import { register } from '../../src/contact/register.ts';
import { DEFAULT_CONTACT_SETTINGS as SETTINGS, STUB_MS } from '../../src/contact/settings.ts';
import { DAY, HOUR, NOW, SECOND, accepted, input, refused, registered, written } from './harness.ts';

describe('the life of a contact', () => {
  test('starting a contact twice has no further effect', () => {
    const document = written(start(undefined, NOW, SETTINGS));
    assert.deepEqual(accepted(start(document, NOW + 1, SETTINGS)), { result: { startedAt: NOW } });
  });

  test('an end counts from its own time, the first end stays, and a future end counts from now', () => {
    const document = registered();
    const ended = written(end(document, NOW - SECOND, NOW));
    assert.equal(ended.endsAt, NOW - SECOND);
    assert.deepEqual(accepted(end(ended, NOW - HOUR, NOW + 1)), { result: { ended: 'before' } });
    assert.equal(written(end(document, NOW + HOUR, NOW)).endsAt, NOW);
    assert.equal(refused(end(undefined, NOW, NOW)), 'ResourceNotFoundException');
  });

  const ended = written(end(registered(), NOW + HOUR, NOW + HOUR));
  const E = ended.endsAt;
  const grace: [string, number, number, boolean][] = [
    ['said before the end, arriving after it', E - SECOND, E + SECOND, true],
    ['said two seconds after the end by a clock ahead', E + 2_000, E + 2_000, true],
    ['said later than that', E + 2_001, E + 2_001, false],
    ['said before the end, arriving just within five minutes', E, E + 299_999, true],
    ['said before the end, arriving after five minutes', E, E + 300_000, false],
  ];
  for (const [name, at, now, expected] of grace)
    test(`${expected ? 'pushes' : 'does not push'}: ${name}`, () =>
      assert.equal(pushes(ended, at, now), expected));

  test('after a late end the five minutes count from its arrival', () => {
    const late = written(end(registered(), NOW + SECOND, NOW + HOUR));
    assert.equal(pushes(late, NOW, NOW + HOUR + 299_999), true);
    assert.equal(pushes(late, NOW, NOW + HOUR + 300_000), false);
  });

  test('tokens are kept until the last notification has expired, then a stub for a week, then nothing', () => {
    const lastExpiry = E + 300_000 + SETTINGS.ttlMs;
    assert.deepEqual(retention(ended, E, SETTINGS), { reviewInMs: lastExpiry - E });
    const early = review(ended, lastExpiry - 1, SETTINGS);
    assert.deepEqual(accepted(early), { document: ended, result: { erased: false } });
    const stub = written(review(ended, lastExpiry, SETTINGS));
    assert.equal(serialiseContact(stub).includes('abcdef01'), false);
    assert.deepEqual(retention(stub, lastExpiry, SETTINGS), { keepForMs: STUB_MS });
    assert.equal(refused(register(stub, input(), lastExpiry, SETTINGS)), 'ResourceNotFoundException');
    assert.deepEqual(accepted(review(stub, lastExpiry + DAY, SETTINGS)), { result: { erased: false } });
  });
});
