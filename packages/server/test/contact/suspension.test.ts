// A suspension is about a token at one channel: it ends with a new registration, or when the channel changes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseContact, registrationIn, serialiseContact } from '../../src/contact/document.ts';
import type { ContactDocument } from '../../src/contact/document.ts';
import { isSuspended, suspend } from '../../src/contact/suspension.ts';
import { HOUR, NOW, accepted, registered, written } from './harness.ts';

const under = (channel: string | undefined) => () => channel;
const suspicion = { registrationId: 'r1', reason: '400 BadDeviceToken', askedAt: NOW + HOUR };
const refusedUnder = (channel: string | undefined, document = registered()): ContactDocument =>
  written(suspend(document, suspicion, under(channel)));
const isAsleep = (document: ContactDocument, channel: string | undefined): boolean =>
  isSuspended(registrationIn(document, 'r1')!, under(channel));

describe('a suspended registration', () => {
  test('is suspended for the channel that refused its token, and active for another', () => {
    const asleep = refusedUnder('A');
    assert.equal(isAsleep(asleep, 'A'), true);
    assert.equal(isAsleep(asleep, 'B'), false);
    assert.equal(isAsleep(registered(), 'A'), false);
  });

  test('refused by the other channel as well is suspended for both, so nodes with different settings each ask once', () => {
    const both = refusedUnder('B', refusedUnder('A'));
    assert.deepEqual([isAsleep(both, 'A'), isAsleep(both, 'B'), isAsleep(both, 'C')], [true, true, false]);
    assert.deepEqual(accepted(suspend(both, suspicion, under('A'))), { result: { suspended: false } });
  });

  test('stays suspended if its channel is unknown, because nothing shows a change', () => {
    assert.equal(isAsleep(refusedUnder('A'), undefined), true);
    assert.equal(isAsleep(refusedUnder(undefined), 'A'), true);
  });

  test('from a version that did not store the channel stays suspended until registered again', () => {
    const { suspendedUnder: _, ...older } = refusedUnder('A').registrations[0]!;
    const document = parseContact(
      serialiseContact({ ...registered(), registrations: [older] }),
    ) as ContactDocument;
    assert.equal(isAsleep(document, 'A'), true);
    assert.equal(isAsleep(document, 'B'), true);
    assert.deepEqual(accepted(suspend(document, suspicion, under('B'))), { result: { suspended: false } });
    assert.equal(isAsleep(registered({}, NOW + 1, document), 'B'), false);
  });

  test('becomes active when registered again, and forgets the reason', () => {
    const awake = registered({}, NOW + 1, refusedUnder('A'));
    assert.equal(isAsleep(awake, 'A'), false);
    assert.deepEqual(awake, registered({}, NOW + 1, registered()));
  });

  test('registered again by an older version keeps no channel that refused the token before', () => {
    // An older version preserves unknown members, so `suspendedUnder` remains beside `active`.
    const { registrations, ...rest } = refusedUnder('A');
    const renewed: ContactDocument = { ...rest, registrations: [{ ...registrations[0]!, status: 'active' }] };
    assert.equal(isAsleep(renewed, 'A'), false);
    const again = refusedUnder('B', renewed);
    assert.deepEqual([isAsleep(again, 'A'), isAsleep(again, 'B')], [false, true]);
  });

  test('remembers at most the newest four channels, and is suspended only for these', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), { maxLength: 20 }), (channels) => {
        let document = registered();
        let newest: string[] = [];
        for (const channel of channels) {
          const change = accepted(suspend(document, suspicion, under(channel)));
          assert.equal(change.result.suspended, !newest.includes(channel));
          if (change.result.suspended) newest = [channel, ...newest].slice(0, 4);
          document = change.document ?? document;
          for (const one of ['A', 'B', 'C', 'D', 'E', 'F', 'G'])
            assert.equal(isAsleep(document, one), newest.includes(one));
        }
      }),
    );
  });
});

test('a refusal from before the registration was renewed is dropped', () => {
  const again = registered({}, NOW + HOUR, registered());
  const raised = (askedAt: number) => suspend(again, { ...suspicion, askedAt }, under('A'));
  assert.equal(accepted(raised(NOW + HOUR - 1)).result.suspended, false);
  assert.equal(accepted(raised(NOW + HOUR)).result.suspended, true);
});

test('an answer about an unknown registration suspends nothing', () => {
  const nobody = { ...suspicion, registrationId: 'r9' };
  assert.deepEqual(accepted(suspend(registered(), nobody, under('A'))), { result: { suspended: false } });
  assert.deepEqual(accepted(suspend(undefined, suspicion, under('A'))), { result: { suspended: false } });
});
