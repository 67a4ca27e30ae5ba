// The payloads for every kind of message, raw and hidden, plain and with every setting of an application. After an intended
// change: node --conditions=source --test --test-update-snapshots, then review the diff.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readEvent, toNotification } from '../../src/contact/events.ts';
import { apnsPayload } from '../../src/gateways/apns/payload.ts';
import { fcmMessage } from '../../src/gateways/fcm/payload.ts';
import type { FcmLook } from '../../src/gateways/fcm/payload.ts';
import type { Push } from '../../src/gateways/gateway.ts';
import { MESSAGES } from './messages.ts';

const TEXTS = { genericText: 'You have a new message', attachmentText: 'sent a file: {name}' };
const APNS_LOOK = { sound: 'ping.caf', category: 'CHAT', threadId: 'chat-{contactId}' };
const FCM_LOOK: FcmLook = { message: 'notification', channelId: 'chat', sound: 'ping' };

const pushOf = (message: (typeof MESSAGES)[string], raw: boolean): Push => {
  const event = { id: 'm1', contactId: 'c1', ...message };
  return {
    deliveryId: '00000000-0000-8000-8000-000000000001',
    deviceToken: 'c0ffee',
    expiresAt: 60_000,
    ...toNotification(event, 'c0', raw ? readEvent(event) : undefined, TEXTS),
  };
};

const GATEWAYS: Readonly<Record<string, (push: Push) => string>> = {
  APNs: (push) => apnsPayload(push),
  'APNs with a look': (push) => apnsPayload(push, APNS_LOOK),
  'FCM data': (push) => fcmMessage(push, 0),
  'FCM notification': (push) => fcmMessage(push, 0, FCM_LOOK),
};

for (const [gateway, payloadOf] of Object.entries(GATEWAYS))
  describe(gateway, () => {
    for (const [name, message] of Object.entries(MESSAGES))
      for (const raw of [true, false])
        test(`${name}, ${raw ? 'raw' : 'hidden'}`, (t) => {
          const payload = payloadOf(pushOf(message, raw));
          assert.ok(!payload.includes('programs only'));
          if (!raw) assert.ok(payload.includes(TEXTS.genericText));
          t.assert.snapshot(JSON.parse(payload));
        });
  });

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What Google counts: keys and values of data and of both notifications. */
const counted = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).reduce((sum, [key, one]) => sum + Buffer.byteLength(key) + counted(one), 0)
    : Buffer.byteLength(String(value));

test('any text of any type with any settings fits, is JSON, and is never cut inside a grapheme', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('👨‍👩‍👧‍👦', '🇩🇪🇫🇷', 'ञि', '\r\n', '\u0000', '"', '**', '[a](b)', '`', '\ud800', '- '),
  );
  const content = fc
    .tuple(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 60 }))
    .map(([pieces, times]) => pieces.join('').repeat(times).slice(0, 16_384));
  const look = fc.record({
    sound: fc.option(fc.string({ unit: 'binary', maxLength: 100 }), { nil: undefined }),
    threadId: fc.constantFrom(undefined, '{contactId}'),
    channelId: fc.option(fc.string({ unit: 'binary', maxLength: 100 }), { nil: undefined }),
    message: fc.constantFrom('data' as const, 'notification' as const),
  });
  const kind = fc.constantFrom(...Object.keys(MESSAGES));
  fc.assert(
    fc.property(content, look, kind, (content, look, kind) => {
      const push = pushOf({ ...MESSAGES[kind]!, content }, true);
      const whole = push.body.toWellFormed();
      const apns = apnsPayload(push, look);
      const fcm = fcmMessage(push, 0, look);
      assert.ok(Buffer.byteLength(apns) <= 4_096);
      const { message } = JSON.parse(fcm) as {
        message: {
          data: Record<string, string>;
          notification?: { body: string };
          android: { notification?: object };
        };
      };
      assert.ok(
        counted(message.data) +
          counted(message.notification ?? {}) +
          counted(message.android.notification ?? {}) <=
          4_096,
      );
      const { aps } = JSON.parse(apns) as { aps: { alert: { body: string } } };
      for (const shown of [aps.alert.body, message.notification?.body ?? message.data['body'] ?? '']) {
        if (shown === whole) continue;
        assert.ok(shown.endsWith('…') && whole.startsWith(shown.slice(0, -1)));
        const at = shown.length - 1;
        assert.ok(segmenter.segment(whole).containing(at)?.index === at, `cut inside a grapheme at ${at}`);
      }
    }),
    { seed: 20_261_122, numRuns: 300 },
  );
});

describe('an address', () => {
  const targets: [string, string, 'fid' | 'token'][] = [
    ['a Firebase installation id', 'dQw4w9WgXcQ-_abcdEFGHi', 'fid'],
    ['a registration token', `dQw4w9WgXcQ-_abcdEFGHi:APA91b${'x'.repeat(134)}`, 'token'],
    ['22 characters that are none', 'aQw4w9WgXcQ-_abcdEFGHi', 'token'],
    ['one too long for it', 'dQw4w9WgXcQ-_abcdEFGHij', 'token'],
  ];
  for (const [name, deviceToken, expected] of targets)
    test(`${name} goes as ${expected}`, () => {
      const { message } = JSON.parse(
        fcmMessage({ ...pushOf(MESSAGES['plain text']!, true), deviceToken }, 0),
      ) as { message: Record<string, unknown> };
      assert.equal(message[expected], deviceToken);
      assert.equal(message[expected === 'fid' ? 'token' : 'fid'], undefined);
    });
});

test('a passive message is marked as such', () => {
  const push = pushOf(MESSAGES['plain text']!, true);
  assert.equal(JSON.parse(fcmMessage({ ...push, validateOnly: true }, 0)).validate_only, true);
  assert.equal('validate_only' in JSON.parse(fcmMessage(push, 0)), false);
});
