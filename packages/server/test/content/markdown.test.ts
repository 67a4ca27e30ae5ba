// Markdown on a lock screen, which shows text alone; and what the worst texts cost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bodyOf, readableOf } from '../../src/contact/content.ts';
import { withoutMarkdown } from '../../src/contact/markdown.ts';

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
    ['# Order\n\n| a | b |\n|---|---|\n| 1 | **2** |\n| 3 | |\n\nend', 'Order\n\na | b\n1 | 2\n3 | \n\nend'],
    ['<b>Hi</b> <your name>,<!-- x --><p>bye</p>', 'Hi <your name>,\nbye'],
    ['[a](https://example.com){:target="_self"} {:kept}', 'a {:kept}'],
    ['[click](javascript:alert(1))', 'click'],
    ['- one\n\n  more\n\n- two', '• one\n\nmore\n\n• two'],
    ['3) three', '3) three'],
    ['line one\nline two  \nline three', 'line one\nline two\nline three'],
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
});

interface Case {
  readonly contentType: string;
  readonly content: unknown;
  readonly text?: string;
  readonly before?: string;
  readonly after?: string;
}
const { readable, repeat } = JSON.parse(
  readFileSync(new URL('markdown.jsonc', import.meta.url), 'utf8')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/,(?=\s*[}\]])/g, ''),
) as Record<'readable' | 'repeat', readonly Case[]>;

const TEXTS = { genericText: 'generic', attachmentText: 'sent a file: {name}' };
const shown = (contentType: string, content: string): string =>
  bodyOf(readableOf({ type: 'MESSAGE', contentType, content }), TEXTS);

describe('a lock screen shows', () => {
  for (const { contentType, content, text } of readable) {
    const sent = typeof content === 'string' ? content : JSON.stringify(content);
    test(sent, () => assert.equal(shown(contentType, sent), text));
  }
});

describe('16 KB take a few milliseconds:', () => {
  const LONGEST = 16_384;
  /** Beside the cases: shapes that cost markdown-it most, and what our expressions of old took seconds for. */
  const pieces =
    '![|[[a]|[x][|*a_ |_*|a**b|[a](b "|[a](<|(((|<a |<!--|<?|&|- > |>- |  - |1. |\\|`a|__a__b|~~a *b __c |[a]: b\n|=\n|a\n=\n|\t|{:'
      .split('|')
      .concat(
        '| a ',
        '|a\n|-\n',
        'a|b\n-|-\n',
        Array.from({ length: 90 }, (_, n) => '`'.repeat(n)).join(' '),
      );
  const hostile: readonly Case[] = [
    ...repeat,
    ...pieces.map((content) => ({ contentType: 'text/markdown', content })),
  ];
  for (const { contentType, content, before = '', after = '' } of hostile) {
    const piece = String(content);
    test(JSON.stringify(`${before}${piece.slice(0, 20)}${after}`), () => {
      const room = LONGEST - before.length - after.length;
      const sent = before + piece.repeat(Math.ceil(room / piece.length)).slice(0, room) + after;
      const times = Array.from({ length: 5 }, () => {
        // Of this thread alone: other processes cannot make it slow.
        const { user, system } = process.threadCpuUsage();
        shown(contentType, sent);
        const after = process.threadCpuUsage();
        return (after.user - user + after.system - system) / 1_000;
      });
      const ms = Math.min(...times);
      assert.ok(ms < 20, `${ms} ms`);
    });
  }
});

test('a text that is cut ends with an ellipsis and with a whole character', () => {
  assert.equal(withoutMarkdown(`${'a'.repeat(4_095)}👍`), `${'a'.repeat(4_095)}…`);
  assert.equal(withoutMarkdown('['.repeat(2_000)), `${'['.repeat(1_000)}…`);
});

test('what is nested deeper than anybody writes leaves the rest of the text readable', () => {
  assert.equal(withoutMarkdown(`${'> '.repeat(30)}deep\n\nrest`), 'rest');
});
