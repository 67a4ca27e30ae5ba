// The expected texts of messages, and texts crafted to be slow: those of markdown.jsonc, and more of the second kind.
import { readFileSync } from 'node:fs';

interface Case {
  readonly contentType: string;
  readonly content: unknown;
  readonly text?: string;
  readonly before?: string;
  readonly after?: string;
}
const cases = JSON.parse(
  readFileSync(new URL('markdown.jsonc', import.meta.url), 'utf8')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/,(?=\s*[}\]])/g, ''),
) as Record<'readable' | 'repeat', readonly Case[]>;

/** The most expensive texts for markdown-it, and texts that took our former expressions seconds. */
const PIECES =
  '![|[[a]|[x][|*a_ |_*|a**b|[a](b "|[a](<|(((|<a |<!--|<?|&|- > |>- |  - |1. |\\|`a|__a__b|~~a *b __c |[a]: b\n|=\n|a\n=\n|\t|{:'
    .split('|')
    .concat('| a ', '|a\n|-\n', 'a|b\n-|-\n', Array.from({ length: 90 }, (_, n) => '`'.repeat(n)).join(' '));

/** The longest text that the API accepts. */
const LONGEST = 16_384;

export const READABLE = cases.readable.map(({ contentType, content, text }) => ({
  contentType,
  content: typeof content === 'string' ? content : JSON.stringify(content),
  text: text!,
}));

export interface HostileText {
  readonly name: string;
  readonly contentType: string;
  readonly content: string;
}

const repeated: readonly Case[] = [
  ...cases.repeat,
  ...PIECES.map((content) => ({ contentType: 'text/markdown', content })),
];

export const HOSTILE: readonly HostileText[] = repeated.map(
  ({ contentType, content, before = '', after = '' }) => {
    const piece = String(content);
    const room = LONGEST - Buffer.byteLength(before + after);
    const times = Math.floor(room / Buffer.byteLength(piece));
    return {
      name: JSON.stringify(`${before}${piece.slice(0, 20)}${after}`),
      contentType,
      content: before + piece.repeat(times) + after,
    };
  },
);
