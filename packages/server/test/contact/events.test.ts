// Which chat events cause a push, and what the phone gets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endsChat, eventTime, readEvent, toNotification, withoutPush } from '../../src/contact/events.ts';
import type { ChatEvent } from '../../src/contact/events.ts';
import type { EventReason } from '../../src/contact/reasons.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
const TTL = 12 * HOUR;

const TEXTS = { genericText: 'generic', attachmentText: 'sent {name}' };

const event = (changes: Partial<ChatEvent> = {}): ChatEvent => ({
  id: 'm1',
  contactId: 'c1',
  type: 'MESSAGE',
  contentType: 'text/plain',
  content: 'Hello, how can I help?',
  participantRole: 'AGENT',
  visibility: 'ALL',
  ...changes,
});

describe('what pushes', () => {
  const cases: [string, Partial<ChatEvent>, EventReason | undefined][] = [
    ["an agent's message", {}, undefined],
    ["the system's message", { participantRole: 'SYSTEM' }, undefined],
    ["a bot's message", { participantRole: 'CUSTOM_BOT' }, undefined],
    ["a supervisor's message to all", { participantRole: 'SUPERVISOR' }, undefined],
    ['a message of nobody in particular', { participantRole: undefined }, undefined],
    ['a message for the customer alone', { visibility: 'CUSTOMER' }, undefined],
    ["an agent's attachment", { type: 'ATTACHMENT' }, undefined],
    ["the customer's message", { participantRole: 'CUSTOMER' }, 'own-message'],
    ["the customer's attachment", { type: 'ATTACHMENT', participantRole: 'CUSTOMER' }, 'own-message'],
    ['a whisper between agents', { visibility: 'AGENT' }, 'not-visible-to-customer'],
    ['a message whose visibility nobody stated', { visibility: undefined }, 'not-visible-to-customer'],
    [
      'typing',
      { type: 'EVENT', contentType: 'application/vnd.amazonaws.connect.event.typing' },
      'not-a-message',
    ],
    [
      'the end of the chat',
      { type: 'EVENT', contentType: 'application/vnd.amazonaws.connect.event.chat.ended' },
      'not-a-message',
    ],
  ];
  for (const [name, changes, expected] of cases)
    test(`${name}: ${expected ?? 'pushes'}`, () => assert.equal(withoutPush(event(changes)), expected));

  test('only a chat.ended event ends a chat', () => {
    const ended = 'application/vnd.amazonaws.connect.event.chat.ended';
    assert.equal(endsChat(event({ type: 'EVENT', contentType: ended })), true);
    assert.equal(endsChat(event({ type: 'MESSAGE', contentType: ended })), false);
    const left = 'application/vnd.amazonaws.connect.event.participant.left';
    assert.equal(endsChat(event({ type: 'EVENT', contentType: left })), false);
  });
});

describe("the event's own time", () => {
  const cases: [string, number | undefined, number][] = [
    ['is believed', NOW - HOUR, NOW - HOUR],
    ['is now where it is not stated', undefined, NOW],
    ['is never further back than the time to live', NOW - 100 * HOUR, NOW - TTL],
    ['is at most five minutes ahead', NOW + HOUR, NOW + 300_000],
  ];
  for (const [name, at, expected] of cases)
    test(name, () => assert.equal(eventTime(event({ at }), NOW, TTL), expected));
});

const bodyOf = (said: ChatEvent): string => toNotification(said, 'c0', readEvent(said), TEXTS).body;

describe('the notification', () => {
  test("has exactly the keys of Amazon's samples", () => {
    assert.deepEqual(toNotification(event(), 'c0', readEvent(event()), TEXTS), {
      title: '',
      body: 'Hello, how can I help?',
      data: { initialContactId: 'c0', messageId: 'm1', messageType: 'MESSAGE', contentType: 'text/plain' },
    });
  });

  const titles: [string, string | undefined, string | undefined, string][] = [
    ['is empty by default, as Amazon’s', undefined, 'Anna', ''],
    ['is the name of who wrote', '{displayName}', 'Anna', 'Anna'],
    ['is a fixed text with the name in it', 'Support: {displayName}', 'Anna', 'Support: Anna'],
    ['is what remains where nobody said the name', 'Support {displayName}', undefined, 'Support'],
    ['takes no name that nobody can see', '{displayName}', '\u200b\u202e\n', ''],
    ['puts the name in once, whatever it holds', '{displayName}', '{displayName} $&', '{displayName} $&'],
    ['is one line, cut at 256 characters', '{displayName}', `a\n${'b'.repeat(300)}`, `a${'b'.repeat(255)}`],
  ];
  for (const [name, title, displayName, expected] of titles)
    test(`the title ${name}`, () => {
      const said = event({ displayName });
      assert.equal(toNotification(said, 'c0', readEvent(said), { ...TEXTS, title }).title, expected);
    });

  test('contains nothing of the message if the raw message is not included', () => {
    const text = JSON.stringify(
      toNotification(event(), 'c0', undefined, { ...TEXTS, genericText: 'You have a new message' }),
    );
    assert.equal(text.includes('Hello'), false);
    assert.equal(text.includes('You have a new message'), true);
  });

  const bodies: [string, Partial<ChatEvent>, string][] = [
    ['plain text', {}, 'Hello, how can I help?'],
    [
      'plain text with a character set',
      { contentType: 'Text/Plain; charset=utf-8' },
      'Hello, how can I help?',
    ],
    ['markdown', { contentType: 'text/markdown' }, 'Hello, how can I help?'],
    ['no content type', { contentType: undefined }, 'Hello, how can I help?'],
    ['JSON', { contentType: 'application/json', content: '{"a":1}' }, 'generic'],
    [
      'an interactive message',
      { contentType: 'application/vnd.amazonaws.connect.message.interactive', content: '{}' },
      'generic',
    ],
    ['an attachment', { type: 'ATTACHMENT', contentType: 'text/plain', content: 'a.pdf' }, 'sent a.pdf'],
    ['an attachment without a name', { type: 'ATTACHMENT', content: undefined }, 'generic'],
    ['no content', { content: undefined }, 'generic'],
    ['empty content', { content: '' }, 'generic'],
  ];
  for (const [name, changes, expected] of bodies)
    test(`says "${expected}" for ${name}`, () => assert.equal(bodyOf(event(changes)), expected));

  test('keeps no more of a long message than a payload can hold', () => {
    assert.equal(bodyOf(event({ content: 'ä'.repeat(16_000) })).length, 4_096);
  });
});
