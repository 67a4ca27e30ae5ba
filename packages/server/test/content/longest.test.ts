// The settings of an application's notifications are part of every payload. Regression: a setting without a limit made every push
// of the application PayloadTooLarge, while `chatpush check` found no errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { APPLICATION } from '../../src/config/application-settings.ts';
import type { ApplicationConfig } from '../../src/config/config.ts';
import { apnsPayload } from '../../src/gateways/apns/payload.ts';
import { fcmMessage } from '../../src/gateways/fcm/payload.ts';
import type { Push } from '../../src/gateways/gateway.ts';
import { configOf, mistakesOf, settingsFolder, withApplication } from '../config/settings-folder.ts';

/** The limits of the gateways, from Apple's and Google's documents. */
const LIMIT = 4_096;
const GENERIC_TEXT = 'You have a new message';

/** The longest that the API allows (packages/wire/src/operations), counted in code points of four bytes each. */
const longest = (codePoints: number): string => '🂡'.repeat(codePoints);
const push: Push = {
  deliveryId: '00000000-0000-8000-8000-000000000000',
  deviceToken: 'f'.repeat(500),
  title: '',
  body: GENERIC_TEXT,
  data: {
    initialContactId: longest(256),
    messageId: longest(256),
    messageType: 'ATTACHMENT',
    contentType: longest(100),
  },
  expiresAt: 0,
};

/** A text that fills its setting, from characters of one to four bytes, and from characters that JSON escapes to two or six. */
const filled = (bytes: number, before = ''): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('a', 'ß', '字', '🂡', '"', '\\', '\n', '\u0001'), {
      minLength: bytes,
      maxLength: bytes,
    })
    .map((characters) => {
      let text = before;
      for (const character of characters)
        if (Buffer.byteLength(JSON.stringify(text + character)) - 2 <= bytes) text += character;
      return text.padEnd(text.length + bytes - (Buffer.byteLength(JSON.stringify(text)) - 2), 'z');
    });

const { sound, category, threadId, androidChannelId } = APPLICATION.members;
const look = fc.record({
  sound: filled(sound.maxBytes),
  category: filled(category.maxBytes),
  threadId: filled(threadId.maxBytes, '{contactId}'),
  androidChannelId: filled(androidChannelId.maxBytes),
});

test('with every setting as long as it may be, and the longest ids, a payload fits and holds the whole generic text', (t) => {
  const folder = settingsFolder(t);
  fc.assert(
    fc.property(look, (settings) => {
      const [application] = configOf(
        folder.settings(withApplication({ ...settings, fcmMessage: 'notification' })),
      ).applications as [ApplicationConfig];
      const { sound, category, threadId, androidChannelId: channelId } = application;

      const apns = apnsPayload(push, { sound, category, threadId });
      assert.ok(Buffer.byteLength(apns) <= LIMIT, `${Buffer.byteLength(apns)} bytes`);
      const { aps } = JSON.parse(apns) as { aps: { alert: { body: string }; sound: string } };
      assert.deepEqual([aps.alert.body, aps.sound], [GENERIC_TEXT, settings.sound]);

      const { message } = JSON.parse(fcmMessage(push, 0, { message: 'notification', sound, channelId })) as {
        message: {
          notification: Record<string, string>;
          data: Record<string, string>;
          android: { notification: object };
        };
      };
      const counted =
        Buffer.byteLength(JSON.stringify(message.android.notification)) +
        Buffer.byteLength(
          Object.entries({ ...message.notification, ...message.data })
            .flat()
            .join(''),
        );
      assert.ok(counted <= LIMIT, `${counted} bytes`);
      assert.equal(message.notification['body'], GENERIC_TEXT);
    }),
    { seed: 20_261_122, numRuns: 100 },
  );
});

for (const name of ['sound', 'category', 'threadId', 'androidChannelId'])
  test(`one byte too many in ${name} is an error, in any script`, (t) => {
    const folder = settingsFolder(t);
    const said = (text: string) =>
      mistakesOf(folder.settings(withApplication({ [name]: text, fcmMessage: 'notification' })));
    assert.deepEqual(said('字'.repeat(33)), []);
    const [mistake, ...others] = said(`${'字'.repeat(33)}ab`);
    assert.deepEqual(
      [mistake?.where, mistake?.what, others],
      [`applications[0].${name}`, 'has 101 bytes; write at most 100', []],
    );
  });
