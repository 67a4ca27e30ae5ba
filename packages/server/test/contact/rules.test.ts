// What each rule of a contact promises, one at a time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameAlias } from '../../src/contact/alias.ts';
import type { Change } from '../../src/contact/change.ts';
import { deviceKey } from '../../src/contact/device.ts';
import { parseContact, registrationState, serialiseContact } from '../../src/contact/document.ts';
import type { ContactDocument, DeviceType } from '../../src/contact/document.ts';
import { end, pushes, retention, review, start } from '../../src/contact/lifetime.ts';
import { register } from '../../src/contact/register.ts';
import type { RegisterInput } from '../../src/contact/register.ts';
import { remove, removeDead, suspend } from '../../src/contact/removal.ts';
import {
  DEFAULT_CONTACT_SETTINGS as SETTINGS,
  DOCUMENT_LIMIT_BYTES,
  STUB_MS,
  TOMBSTONES,
} from '../../src/contact/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const input = (changes: Partial<RegisterInput> = {}): RegisterInput => ({
  registrationId: 'r1',
  deviceToken: 'abcdef01',
  deviceType: 'APNS',
  applicationArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
  includeRawMessage: false,
  createContact: true,
  ...changes,
});

function accepted<R, D>(change: Change<R, D>): { document?: D; result: R } {
  if ('refusal' in change) assert.fail(`refused: ${change.refusal.name}: ${change.refusal.message}`);
  return change;
}

function refused<R, D>(change: Change<R, D>): string {
  if (!('refusal' in change)) assert.fail('accepted');
  return change.refusal.name;
}

function written<R>(change: Change<R>): ContactDocument {
  const { document } = accepted(change);
  assert.ok(document, 'nothing to write');
  return document;
}

const registered = (changes: Partial<RegisterInput> = {}, now = NOW, onto?: ContactDocument) =>
  written(register(onto, input(changes), now, SETTINGS));

describe('register', () => {
  test('the first registration begins a contact that lives for a week', () => {
    const document = registered();
    assert.equal(document.endsAt, NOW + 7 * DAY);
    assert.equal(document.registrations[0]?.status, 'active');
    assert.equal(document.registrations[0]?.registeredAt, NOW);
  });

  test('an unknown contact is refused where contacts may not begin', () => {
    const change = register(undefined, input({ createContact: false }), NOW, SETTINGS);
    assert.equal(refused(change), 'ResourceNotFoundException');
  });

  const sameDevice: [string, DeviceType, string][] = [
    ['the same token', 'APNS', 'abcdef01'],
    ['hexadecimal digits in the other case', 'APNS', 'ABCDEF01'],
    ["Apple's other gateway", 'APNS_SANDBOX', 'abcdef01'],
  ];
  for (const [name, deviceType, deviceToken] of sameDevice)
    test(`a device registered again is the same registration, updated: ${name}`, () => {
      const again = input({
        registrationId: 'r2',
        deviceType,
        deviceToken,
        includeRawMessage: true,
        applicationArn: 'b',
      });
      const { document, result } = accepted(register(registered(), again, NOW + SECOND, SETTINGS));
      assert.equal(result.registrationId, 'r1');
      assert.deepEqual(document?.registrations, [
        {
          registrationId: 'r1',
          deviceToken: 'abcdef01',
          deviceType,
          applicationArn: 'b',
          includeRawMessage: true,
          createdAt: NOW,
          registeredAt: NOW + SECOND,
          status: 'active',
        },
      ]);
      assert.equal(document?.endsAt, NOW + SECOND + 7 * DAY);
    });

  const otherDevice: [string, DeviceType, string, DeviceType, string][] = [
    ['another token', 'APNS', 'aa', 'APNS', 'bb'],
    ['another platform', 'APNS', 'aa', 'GCM', 'aa'],
    ['an FCM token in another case', 'GCM', 'aa', 'GCM', 'AA'],
    ['an APNs token that is not hexadecimal, in another case', 'APNS', 'xy', 'APNS', 'XY'],
  ];
  for (const [name, type1, token1, type2, token2] of otherDevice)
    test(`${name} is another device`, () => {
      const one = { deviceType: type1, deviceToken: token1 };
      const two = { deviceType: type2, deviceToken: token2, registrationId: 'r2' };
      assert.notEqual(deviceKey(one), deviceKey(two));
      assert.equal(registered(two, NOW, registered(one)).registrations.length, 2);
    });

  test('the eleventh device is refused, the tenth may still be registered again', () => {
    let document: ContactDocument | undefined;
    for (let n = 0; n < 10; n++)
      document = registered({ registrationId: `r${n}`, deviceToken: `t${n}` }, NOW, document);
    const eleventh = register(document, input({ deviceToken: 't10' }), NOW, SETTINGS);
    assert.equal(refused(eleventh), 'ServiceQuotaExceededException');
    const again = accepted(register(document, input({ deviceToken: 't9' }), NOW, SETTINGS));
    assert.equal(again.result.registrationId, 'r9');
  });

  test('ten registrations of the longest tokens and ARNs fit into a document with all its tombstones', () => {
    let document: ContactDocument | undefined;
    for (let n = 0; n < TOMBSTONES.kept + 10; n++) {
      const registrationId = crypto.randomUUID();
      const deviceToken = `${String.fromCharCode(n + 1)}${'\u0001'.repeat(499)}`;
      document = registered({ registrationId, deviceToken, applicationArn: 'a'.repeat(2048) }, NOW, document);
      if (n < TOMBSTONES.kept) document = written(remove(document, registrationId, NOW));
    }
    assert.equal(document?.registrations.length, 10);
    assert.equal(document?.tombstones.length, TOMBSTONES.kept);
    assert.ok(Buffer.byteLength(serialiseContact(document!)) <= DOCUMENT_LIMIT_BYTES);
  });

  test('a raised quota ends where the document is full', () => {
    let document: ContactDocument | undefined;
    for (let n = 0; ; n++) {
      const next = input({ registrationId: `r${n}`, deviceToken: `${n}`, applicationArn: 'a'.repeat(2048) });
      const change = register(document, next, NOW, { ...SETTINGS, registrations: 1_000 });
      if ('refusal' in change) {
        assert.equal(change.refusal.name, 'ServiceQuotaExceededException');
        assert.ok(n > 20 && n < 40, `${n} registrations`);
        break;
      }
      document = change.document;
    }
  });

  test('an ended contact is refused from the millisecond of its end on', () => {
    const document = registered();
    const at = (now: number) => register(document, input({ deviceToken: 'other' }), now, SETTINGS);
    accepted(at(document.endsAt - 1));
    assert.equal(refused(at(document.endsAt)), 'ResourceNotFoundException');
  });

  test('registering wakes a suspended registration and forgets why it slept', () => {
    const asleep = written(
      suspend(registered(), { registrationId: 'r1', reason: '400 BadDeviceToken', askedAt: NOW }),
    );
    assert.equal(registrationState(serialiseContact(asleep), 'r1'), 'suspended');
    const awake = registered({}, NOW + 1, asleep).registrations[0]!;
    assert.equal(awake.status, 'active');
    assert.equal('suspendedFor' in awake, false);
  });
});

describe('remove', () => {
  test('a deleted registration is gone, and a repeat within a day is accepted again', () => {
    const document = written(remove(registered(), 'r1', NOW));
    assert.equal(registrationState(serialiseContact(document), 'r1'), 'gone');
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
        remove(registered({ registrationId: `r${n}` }, NOW + n, document), `r${n}`, NOW + n),
      );
    assert.equal(refused(remove(document, 'r3', NOW + 20)), 'ResourceNotFoundException');
    assert.equal(accepted(remove(document, 'r4', NOW + 20)).result.removed, 'before');
  });

  test('a device registered again after a delete is a new registration, and the late answer to the old one leaves it alone', () => {
    const gone = written(remove(registered(), 'r1', NOW));
    const back = registered({ registrationId: 'r2' }, NOW + 1, gone);
    assert.equal(
      accepted(removeDead(back, { registrationId: 'r1', deadSince: NOW + HOUR }, NOW)).document,
      undefined,
    );
    assert.equal(accepted(remove(back, 'r1', NOW + 2)).document, undefined);
    assert.equal(registrationState(serialiseContact(back), 'r2'), 'active');
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

  test('a suspicion that was raised before the registration was renewed is dropped', () => {
    const again = registered({}, NOW + HOUR, document);
    const suspicion = { registrationId: 'r1', reason: '404', askedAt: NOW + HOUR - 1 };
    assert.equal(accepted(suspend(again, suspicion)).result.suspended, false);
    assert.equal(accepted(suspend(again, { ...suspicion, askedAt: NOW + HOUR })).result.suspended, true);
  });

  test('a gateway that speaks of nobody changes nothing', () => {
    assert.deepEqual(accepted(removeDead(undefined, { registrationId: 'r1', deadSince: NOW }, NOW)), {
      result: { removed: false },
    });
    const suspicion = { registrationId: 'r9', reason: '404', askedAt: NOW };
    assert.deepEqual(accepted(suspend(document, suspicion)), { result: { suspended: false } });
  });
});

describe('the life of a contact', () => {
  test('starting twice is starting once', () => {
    const document = written(start(undefined, NOW, SETTINGS));
    assert.deepEqual(accepted(start(document, NOW + 1, SETTINGS)), { result: { startedAt: NOW } });
  });

  test('the end is at its own time, the first end stays, and an end to come counts from now', () => {
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

  test('the five minutes run from when a late end was learnt', () => {
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

describe('the document', () => {
  test('members of a newer version survive every change of an older one', () => {
    const later = parseContact(
      JSON.stringify({
        ...registered(),
        format: 2,
        mood: 'sunny',
        registrations: [{ ...registered().registrations[0], locale: 'de' }],
      }),
    ) as ContactDocument;
    const changes: Change<unknown>[] = [
      register(later, input(), NOW + 1, SETTINGS),
      register(later, input({ registrationId: 'r2', deviceToken: 'other' }), NOW + 1, SETTINGS),
      suspend(later, { registrationId: 'r1', reason: '400', askedAt: NOW }),
      end(later, NOW, NOW),
    ];
    for (const change of changes) {
      const kept = JSON.parse(serialiseContact(written(change))) as Record<string, unknown>;
      assert.equal(kept['format'], 2);
      assert.equal(kept['mood'], 'sunny');
      assert.equal((kept['registrations'] as { locale?: string }[])[0]?.locale, 'de');
    }
    assert.equal((written(remove(later, 'r1', NOW)) as unknown as { mood: string }).mood, 'sunny');
  });

  test('a body that no version wrote is a bug, not an empty contact', () => {
    for (const body of ['null', '{}', '{"format":1}', '{"format":1,"endsAt":1}', '[]', '7'])
      assert.throws(() => parseContact(body), TypeError, body);
    assert.throws(() => parseContact('nonsense'), SyntaxError);
  });

  test('an alias takes a free place and never that of registrations', () => {
    assert.deepEqual(accepted(nameAlias(undefined, 'c1')).document, { format: 1, alias: 'c1' });
    assert.deepEqual(accepted(nameAlias(registered(), 'c1')), { result: { named: false } });
    assert.equal(registrationState('{"format":1,"alias":"c1"}', 'r1'), 'gone');
  });
});
