// Housekeeping erases the tokens of ended chats, whatever else is stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import { createHousekeeping } from '../../src/delivery/housekeeping.ts';
import { UnreadableContactError } from '../../src/store/stored-contact.ts';
import { DAY, HOUR, INSTANCE, chatEnded, create, openService } from '../operations/harness.ts';

test('damaged contacts that are due first, more than one step reads, do not keep other contacts’ tokens', async (t) => {
  // Regression: a step with only damaged contacts was taken for the last one, every minute.
  await using service = await openService();
  const failures: unknown[] = [];
  const housekeeping = createHousekeeping({
    store: service.store,
    changes: service.changes,
    settings: DEFAULT_CONTACT_SETTINGS,
    failed: (error) => void failures.push(error),
  });
  t.after(() => housekeeping.stop());
  const begin = async (contactId: string) => {
    await service.call('CreatePushNotificationRegistration', create({ contactId, DeviceToken: contactId }));
    await service.call('PutChatEvents', {
      InstanceId: INSTANCE,
      Events: [chatEnded({ ContactId: contactId })],
    });
  };
  const stored = async (contactId: string) =>
    (await service.store.contacts([{ instanceId: INSTANCE, contactId }]))[0]!;
  const bad = Array.from({ length: 150 }, (_, n) => `bad-${n}`);
  for (const contactId of bad) {
    await begin(contactId);
    const contact = await stored(contactId);
    await service.store.commit({
      contact: { ...contact, body: `damaged ${contactId}`, reviewInMs: HOUR },
    });
  }
  service.clock.advance(HOUR);
  await begin('good');
  assert.match((await stored('good')).body, /"deviceToken":"good"/);
  service.clock.advance(8 * DAY);

  await housekeeping.run();
  assert.doesNotMatch((await stored('good')).body, /deviceToken/);
  const named = failures.flatMap((error) => (error instanceof UnreadableContactError ? error.contacts : []));
  assert.deepEqual(named.map(({ contactId }) => contactId).sort(), bad.toSorted());
  // The damaged contacts are unchanged and will be read again.
  for (const contactId of bad) assert.equal((await stored(contactId)).body, `damaged ${contactId}`);
  await housekeeping.run();
  assert.equal(failures.length, bad.length, 'not every minute');
  service.clock.advance(HOUR);
  await housekeeping.run();
  assert.equal(failures.length, 2 * bad.length);
});
