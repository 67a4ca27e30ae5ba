// The text shown for a message, by content type. Data for programs never reaches a lock screen.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bodyOf, readableOf } from '../../src/contact/content.ts';
import { MESSAGES } from './messages.ts';

const TEXTS = { genericText: 'generic', attachmentText: 'sent a file: {name}' };
const INTERACTIVE = 'application/vnd.amazonaws.connect.message.interactive';

const read = (contentType: string, content?: string, type = 'MESSAGE'): string =>
  bodyOf(readableOf({ type, contentType, content }), TEXTS);

describe('a message reads', () => {
  const cases: [string, string, string | undefined, string][] = [
    ['as it is, in plain text', 'text/plain', ' *Hello* _you_ ', ' *Hello* _you_ '],
    ['as it is, whatever the letters of its type', 'Text/Plain; charset="utf-8"', 'Hello', 'Hello'],
    ['without marks, in markdown', 'text/markdown', '**Hello** [there](https://example.com)', 'Hello there'],
    ['by its title, when interactive', INTERACTIVE, MESSAGES['a list picker']!.content, 'How can we help?'],
    [
      'by its title, as a response',
      `${INTERACTIVE}.response`,
      MESSAGES['a response']!.content,
      'Tuesday, 3 pm',
    ],
    ['by what was chosen', `${INTERACTIVE}.response`, '{"data":{"content":{"action":"Cancel"}}}', 'Cancel'],
    ['generically, interactive without a title', INTERACTIVE, '{"data":{"content":{}}}', 'generic'],
    [
      'generically, interactive with another title',
      INTERACTIVE,
      '{"data":{"content":{"title":7}}}',
      'generic',
    ],
    ['generically, interactive that is no JSON', INTERACTIVE, '{"data":', 'generic'],
    ['generically, interactive that is null', INTERACTIVE, 'null', 'generic'],
    ['generically, JSON', 'application/json', '{"text":"Hello"}', 'generic'],
    ['generically, a table', 'text/csv', 'a,b', 'generic'],
    ['generically, of a type nobody knows', 'application/x-new', 'Hello', 'generic'],
    ['generically, of a type named like a member of every object', 'constructor', 'Hello', 'generic'],
    ['generically, when it is only blanks', 'text/plain', ' \n', 'generic'],
    ['generically, when markdown leaves nothing', 'text/markdown', '---', 'generic'],
    ['generically, when nobody can see it', 'text/plain', '\u200b\u2060\ufeff\u00ad\u3164\u2800', 'generic'],
    ['generically, when markdown leaves what nobody can see', 'text/markdown', '**\u200b**', 'generic'],
    ['as it is, when some of it can be seen', 'text/plain', '\u200bHi\u200d', '\u200bHi\u200d'],
    [
      'by what was chosen, when nobody can see the title',
      `${INTERACTIVE}.response`,
      '{"data":{"content":{"title":"[](x)","action":"Cancel"}}}',
      'Cancel',
    ],
    ['generically, without content', 'text/plain', undefined, 'generic'],
  ];
  for (const [name, contentType, content, expected] of cases)
    test(name, () => assert.equal(read(contentType, content), expected));
});

describe('an attachment reads', () => {
  const cases: [string, string | undefined, string][] = [
    ['by its name', 'invoice.pdf', 'sent a file: invoice.pdf'],
    ['by the last part of a path', 'C:\\Users\\agent\\invoice.pdf', 'sent a file: invoice.pdf'],
    ['in one line', 'in\nvoice.pdf', 'sent a file: invoice.pdf'],
    ['without marks that turn its writing', 'invoice\u202efdp.exe', 'sent a file: invoicefdp.exe'],
    ['as it is, with what a replacement could mistake', '$&.pdf', 'sent a file: $&.pdf'],
    ['generically, without a name', undefined, 'generic'],
    ['generically, with an empty name', ' ', 'generic'],
    ['generically, with a name that nobody can see', '\u200b/\u200b', 'generic'],
  ];
  for (const [name, content, expected] of cases)
    test(name, () => assert.equal(read('application/pdf', content, 'ATTACHMENT'), expected));
});
