// What a notification contains besides its texts, as the lock screen lists it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { lightUp } from '@chatpush/emulator/screen';
import type { Notification } from '@chatpush/emulator';

const notification = (changed: Partial<Notification>): Notification => ({
  n: 1,
  receivedAt: 0,
  gateway: 'apns',
  app: 'com.example.chat',
  headers: {},
  payload: {},
  ...changed,
});

const extrasOf = (changed: Partial<Notification>): object | undefined =>
  lightUp([], notification(changed), 0)[0]?.extras;

test('badge, sound, actions, thread and level of an iPhone’s notification are listed', () => {
  const aps = {
    alert: 'Hello',
    badge: 3,
    sound: { name: 'ping.caf', critical: 1 },
    category: 'REPLY',
    'thread-id': 'chat-1',
    'interruption-level': 'time-sensitive',
  };
  assert.deepEqual(extrasOf({ payload: { aps } }), {
    badge: 3,
    sound: 'ping.caf',
    actions: 'REPLY',
    thread: 'chat-1',
    level: 'time-sensitive',
  });
  assert.equal(extrasOf({ payload: { aps: { alert: 'Hello', sound: '' } } }), undefined);
});

test('picture, sound and channel of an Android notification are listed', () => {
  const message = {
    notification: { title: 'Ana', image: 'https://example.com/a.png' },
    android: { notification: { sound: 'ping', channel_id: 'chats', notification_count: 2 } },
  };
  assert.deepEqual(extrasOf({ gateway: 'fcm', payload: { message } }), {
    badge: 2,
    sound: 'ping',
    image: 'https://example.com/a.png',
    channel: 'chats',
  });
});

test('a silent push lights up nothing', () => {
  assert.deepEqual(lightUp([], notification({ payload: { aps: { 'content-available': 1 } } }), 0), []);
});
