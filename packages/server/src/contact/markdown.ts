// Markdown as plain text for a lock screen: the markup is removed, the words stay.
//
// Within these bounds the parser takes at most a few milliseconds for any text; anything beyond them is cut off.
import markdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { MOST_UNITS, firstUnits, isVisible } from './text.ts';

/**
 * Text with more marks is cut there: `[` repeated 4,096 times takes the parser 20 ms, and a table without words 10
 * ms; with 500 marks neither takes 2 ms. A table of 4 columns and 80 rows has 480.
 */
const WITHIN_MARKS = /^(?:[^!-/:-@[-`{-~\n]*[!-/:-@[-`{-~\n]){0,500}[^!-/:-@[-`{-~\n]*/;
/** Nested levels of quotes, lists and emphasis; a list item counts as two. */
const MAX_NESTING = 20;

const parser = markdownIt({ html: true, maxNesting: MAX_NESTING }).disable('html_block');
// Link addresses are not shown, unless the address is the label; then it is shown as it was written.
parser.validateLink = () => true;
parser.normalizeLink = parser.normalizeLinkText = (address) => address;

export function withoutMarkdown(markdown: string): string {
  const read = WITHIN_MARKS.exec(firstUnits(markdown, MOST_UNITS))![0];
  const text = linesOf(parser.parse(read, {}))
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return read.length < markdown.length && isVisible(text) ? `${text}…` : text;
}

/**
 * Blocks that contain no other block: each starts a new line, or stays apart from the previous one if its source
 * did.
 */
const LEAVES: ReadonlySet<string> = new Set([
  'paragraph_open',
  'heading_open',
  'code_block',
  'fence',
  'hr',
  'tr_open',
]);

function linesOf(tokens: readonly Token[]): string[] {
  const lines: string[] = [];
  /** How many lists enclose the token. */
  let lists = 0;
  /** Written before the next text: the bullet or number of its list item. */
  let mark = '';
  let cells: string[] | undefined;
  /** Source line after the last leaf. */
  let sourceLine = 0;
  const put = (text: string): void => {
    lines.push(mark + text);
    mark = '';
  };
  for (const { type, map, markup, info, content, children } of tokens) {
    if (map && LEAVES.has(type)) {
      if (map[0] > sourceLine && lines.length > 0) lines.push('');
      sourceLine = map[1];
    }
    switch (type) {
      case 'bullet_list_open':
      case 'ordered_list_open':
        lists++;
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists--;
        break;
      case 'list_item_open':
        mark = `${'  '.repeat(lists - 1)}${info === '' ? '•' : info + markup} `;
        break;
      case 'tbody_open':
        // The line of dashes below the table's head.
        sourceLine++;
        break;
      case 'tr_open':
        cells = [];
        break;
      case 'tr_close':
        put(cells!.join(' | '));
        cells = undefined;
        break;
      case 'inline':
        if (cells) cells.push(wordsOf(children!));
        else put(wordsOf(children!));
        break;
      case 'code_block':
      case 'fence':
        put(content.trimEnd());
        break;
    }
  }
  return lines;
}

/** `{:target="_self"}` behind a link, as in titles of Amazon Connect's interactive messages. */
const LINK_ATTRIBUTES = /^\{:[^{}\n]*\}/;

function wordsOf(tokens: readonly Token[]): string {
  let words = '';
  for (const [index, { type, content, children }] of tokens.entries()) {
    switch (type) {
      case 'text':
        words += tokens[index - 1]?.type === 'link_close' ? content.replace(LINK_ATTRIBUTES, '') : content;
        break;
      case 'code_inline':
        words += content;
        break;
      case 'softbreak':
      case 'hardbreak':
        words += '\n';
        break;
      case 'image':
        words += wordsOf(children!);
        break;
      case 'html_inline':
        words += wordsOfTag(content);
        break;
    }
  }
  return words;
}

const NEW_LINE = /^<\/?(?:blockquote|br|div|h[1-6]|hr|li|ol|p|table|tr|ul)\b/i;
const FORMAT = /^<(?:!--|\/?(?:a|b|code|del|em|font|i|img|ins|mark|s|small|span|strong|sub|sup|td|th|u)\b)/i;

/** A tag that HTML knows only formats the words; `<your name>` is itself words. */
const wordsOfTag = (tag: string): string => (NEW_LINE.test(tag) ? '\n' : FORMAT.test(tag) ? '' : tag);
