// What a person reads of a message, by content type; what is made for programs never reaches a lock screen.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readableText } from '../../src/contact/content.ts';
import { withoutMarkdown } from '../../src/contact/markdown.ts';
import { MESSAGES } from './messages.ts';

const TEXTS = { genericText: 'generic', attachmentText: 'sent a file: {name}' };
const INTERACTIVE = 'application/vnd.amazonaws.connect.message.interactive';

const read = (contentType: string, content?: string, type = 'MESSAGE'): string =>
  readableText({ type, contentType, content }, TEXTS);

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
    ['generically, when there is none', 'text/plain', undefined, 'generic'],
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
  ];
  for (const [name, content, expected] of cases)
    test(name, () => assert.equal(read('application/pdf', content, 'ATTACHMENT'), expected));
});

describe('markdown', () => {
  const cases: [string, string][] = [
    ['# Your order #', 'Your order'],
    ['**bold** *slanted* __bold__ _slanted_ ~~gone~~ ***both***', 'bold slanted bold slanted gone both'],
    ['**outer *inner* outer**', 'outer inner outer'],
    [
      'see [our page](https://example.com/a_b) or <https://example.com>',
      'see our page or https://example.com',
    ],
    ['![a cat](https://example.com/cat.png)', 'a cat'],
    ['[**bold** link](x)', 'bold link'],
    ['- one\n- two\n  * three\n1. four', '• one\n• two\n  • three\n1. four'],
    ['> quoted\n> > twice', 'quoted\ntwice'],
    ['run `npm *ci*` and ``a ` b``', 'run npm *ci* and a ` b'],
    ['```sh\n**kept** # so\n```\nafter', '**kept** # so\nafter'],
    ['\\*not slanted\\* and 2 \\> 1', '*not slanted* and 2 > 1'],
    ['snake_case_name, 2 * 3 * 4, a_b', 'snake_case_name, 2 * 3 * 4, a_b'],
    ['above\n***\nbelow\n\n\n\nfar below', 'above\nbelow\n\nfar below'],
    ['Title\n=====\ntext', 'Title\ntext'],
    ['unclosed **bold and [link](', 'unclosed **bold and [link]('],
  ];
  for (const [markdown, expected] of cases)
    test(JSON.stringify(markdown), () => assert.equal(withoutMarkdown(markdown), expected));

  test('without a mark in it stays what it is', () => {
    const words = fc.stringMatching(/^[a-zäöü€👍 ,.!?]{0,200}$/u);
    fc.assert(
      fc.property(words, (text) => assert.equal(withoutMarkdown(text), text.trim())),
      { seed: 20_261_122, numRuns: 300 },
    );
  });

  test('of 16 KB without ends is read in no time', () => {
    for (const piece of ['**a ', '[a](', '`a', '_a ', '![', '\\', '<https:', '> ', '~~a *b __c '])
      for (const text of [piece.repeat(16_384 / piece.length), `${piece} `.repeat(16_384 / piece.length)]) {
        const begun = performance.now();
        withoutMarkdown(text);
        const ms = performance.now() - begun;
        // A pattern that backtracks takes seconds to minutes here; a loaded machine takes a few times the usual 5 ms.
        assert.ok(ms < 1_000, `${piece} took ${ms} ms`);
      }
  });
});
