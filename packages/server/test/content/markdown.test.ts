// Markdown on a lock screen, which shows plain text only, and the cost of the worst texts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bodyOf, readableOf } from '../../src/contact/content.ts';
import { withoutMarkdown } from '../../src/contact/markdown.ts';
import { HOSTILE, READABLE } from './markdown-cases.ts';

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

  test('without markup is unchanged', () => {
    const words = fc.stringMatching(/^[a-zäöü€👍 ,.!?]{0,200}$/u);
    fc.assert(
      fc.property(words, (text) => assert.equal(withoutMarkdown(text), text.trim())),
      { seed: 20_261_122, numRuns: 300 },
    );
  });
});

const TEXTS = { genericText: 'generic', attachmentText: 'sent a file: {name}' };
const shown = (contentType: string, content: string): string =>
  bodyOf(readableOf({ type: 'MESSAGE', contentType, content }), TEXTS);

describe('a lock screen shows', () => {
  for (const { contentType, content, text } of READABLE)
    test(content, () => assert.equal(shown(contentType, content), text));
});

describe('16 KB take a few milliseconds:', () => {
  for (const { name, contentType, content } of HOSTILE)
    test(name, () => {
      const times = Array.from({ length: 5 }, () => {
        // CPU time of this thread, so that other processes cannot affect it.
        const { user, system } = process.threadCpuUsage();
        shown(contentType, content);
        const after = process.threadCpuUsage();
        return (after.user - user + after.system - system) / 1_000;
      });
      const ms = Math.min(...times);
      assert.ok(ms < 20, `${ms} ms`);
    });
});

test('a cut text ends with a whole character and an ellipsis', () => {
  assert.equal(withoutMarkdown(`${'a'.repeat(4_095)}👍`), `${'a'.repeat(4_095)}…`);
  assert.equal(withoutMarkdown('['.repeat(2_000)), `${'['.repeat(500)}…`);
});

test('extreme nesting leaves the rest of the text readable', () => {
  assert.equal(withoutMarkdown(`${'> '.repeat(30)}deep\n\nrest`), 'rest');
});
