// How registrations are removed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { registrationIn } from '../../src/contact/document.ts';
import type { ContactDocument } from '../../src/contact/document.ts';
import { end } from '../../src/contact/lifetime.ts';
import { remove, removeDead } from '../../src/contact/removal.ts';
import { DAY, HOUR, NOW, accepted, refused, registered, written } from './harness.ts';

describe('remove', () => {
  test('a deleted registration is gone, and a repeat within a day is accepted again', () => {
    const document = written(remove(registered(), 'r1', NOW));
    assert.equal(registrationIn(document, 'r1'), undefined);
    const repeat = (now: number) => remove(document, 'r1', now);
    assert.deepEqual(accepted(repeat(NOW + DAY - 1)), { result: { removed: 'before' } });
    assert.equal(refused(repeat(NOW + DAY)), 'ResourceNotFoundException');
  });

  test('an unknown registration and an unknown contact are refused', () => {
    assert.equal(refused(remove(registered(), 'r2', NOW)), 'ResourceNotFoundException');
    assert.equal(refused(remove(undefined, 'r1', NOW)), 'ResourceNotFoundException');
  });

  test('a registration of an ended contact can still be deleted', () => {
    const ended = written(end(registered(), NOW, NOW));
    assert.deepEqual(written(remove(ended, 'r1', NOW + 1)).registrations, []);
  });

  test('the newest 16 tombstones are kept', () => {
    let document: ContactDocument | undefined;
    for (let n = 0; n < 20; n++)
      document = written(
        remove(registered({ registrationIds: [`r${n}`] }, NOW + n, document), `r${n}`, NOW + n),
      );
    assert.equal(refused(remove(document, 'r3', NOW + 20)), 'ResourceNotFoundException');
    assert.equal(accepted(remove(document, 'r4', NOW + 20)).result.removed, 'before');
  });

  test('a device registered again after a delete is a new registration, unaffected by a late answer to the old one', () => {
    const gone = written(remove(registered(), 'r1', NOW));
    const back = registered({ registrationIds: ['r2'] }, NOW + 1, gone);
    assert.equal(
      accepted(removeDead(back, { registrationId: 'r1', deadSince: NOW + HOUR }, NOW)).document,
      undefined,
    );
    assert.equal(accepted(remove(back, 'r1', NOW + 2)).document, undefined);
    assert.equal(registrationIn(back, 'r2')?.status, 'active');
  });
});

describe('a newer token survives', () => {
  const document = registered();
  const cases: [string, number, boolean][] = [
    ['a 410 from before the registration', NOW - HOUR, false],
    ['a 410 of the same moment', NOW, false],
    ['a 410 within the margin for clocks', NOW + 4_999, false],
    ['a 410 just past the margin', NOW + 5_000, true],
    ['a 410 long after', NOW + HOUR, true],
  ];
  for (const [name, deadSince, removed] of cases)
    test(`${name} ${removed ? 'removes' : 'does not remove'} it`, () => {
      const change = accepted(removeDead(document, { registrationId: 'r1', deadSince }, NOW + 2 * HOUR));
      assert.equal(change.result.removed, removed);
      assert.equal(change.document === undefined, !removed);
    });

  test('a token registered again is newer than the 410 that would have removed it', () => {
    const again = registered({}, NOW + HOUR, document);
    const change = removeDead(again, { registrationId: 'r1', deadSince: NOW + HOUR / 2 }, NOW + HOUR);
    assert.equal(accepted(change).result.removed, false);
  });

  test('an answer about an unknown registration changes nothing', () => {
    assert.deepEqual(accepted(removeDead(undefined, { registrationId: 'r1', deadSince: NOW }, NOW)), {
      result: { removed: false },
    });
  });
});
