// Registering a device.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deviceKey } from '../../src/contact/device.ts';
import { serialiseContact } from '../../src/contact/document.ts';
import type { ContactDocument, DeviceType } from '../../src/contact/document.ts';
import { register } from '../../src/contact/register.ts';
import { remove } from '../../src/contact/removal.ts';
import {
  DEFAULT_CONTACT_SETTINGS as SETTINGS,
  DOCUMENT_LIMIT_BYTES,
  TOMBSTONES,
} from '../../src/contact/settings.ts';
import { DAY, NOW, SECOND, accepted, input, refused, registered, written } from './harness.ts';

describe('register', () => {
  test('the first registration creates a contact that lives for a week', () => {
    const document = registered();
    assert.equal(document.endsAt, NOW + 7 * DAY);
    assert.equal(document.registrations[0]?.status, 'active');
    assert.equal(document.registrations[0]?.registeredAt, NOW);
  });

  test('an unknown contact is refused if contacts may not be created', () => {
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
        registrationIds: ['r2'],
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
      document = registered({ registrationIds: [`r${n}`], deviceToken: `t${n}` }, NOW, document);
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
      document = registered(
        { registrationIds: [registrationId], deviceToken, applicationArn: 'a'.repeat(2048) },
        NOW,
        document,
      );
      if (n < TOMBSTONES.kept) document = written(remove(document, registrationId, NOW));
    }
    assert.equal(document?.registrations.length, 10);
    assert.equal(document?.tombstones.length, TOMBSTONES.kept);
    assert.ok(Buffer.byteLength(serialiseContact(document)) <= DOCUMENT_LIMIT_BYTES);
  });

  test('a raised quota is limited by the size of the document', () => {
    let document: ContactDocument | undefined;
    for (let n = 0; ; n++) {
      const next = input({
        registrationIds: [`r${n}`],
        deviceToken: `${n}`,
        applicationArn: 'a'.repeat(2048),
      });
      const change = register(document, next, NOW, { ...SETTINGS, registrations: 1_000 });
      if ('refusal' in change) {
        assert.equal(change.refusal.name, 'ServiceQuotaExceededException');
        assert.ok(n > 20 && n < 40, `${n} registrations`);
        break;
      }
      document = change.document;
    }
  });

  test('a contact is refused from the millisecond of its end', () => {
    const document = registered();
    const at = (now: number) => register(document, input({ deviceToken: 'other' }), now, SETTINGS);
    accepted(at(document.endsAt - 1));
    assert.equal(refused(at(document.endsAt)), 'ResourceNotFoundException');
  });
});
