// Markdown as a person reads it on a lock screen, which shows text alone: marks go, words stay.

const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/;
const QUOTE = /^ {0,3}(?:>\s?)+/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+)$/;
const BULLET = /^(\s*)[-*+]\s+/;
const FENCE = /^ {0,3}(?:```|~~~)/;

/**
 * An escape, code, an image or link, an address, emphasis: in this order at each place. Spans are bounded, so that marks
 * without an end cost no more than the length of the text.
 */
const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)([^]{0,1000}?[^`])\2(?!`)|!?\[((?:[^[\]\\]|\\.)*)\]\((?:[^()\\]|\\.)*\)|<((?:https?:|mailto:)[^<>\s]*)>|(\*{1,3}|~~)(?=\S)([^]{0,1000}?\S)\6|(?<!\w)(_{1,3})(?=\S)([^]{0,1000}?\S)\8(?!\w)/g;

export function withoutMarkdown(markdown: string): string {
  const lines: string[] = [];
  let isCode = false;
  for (const line of markdown.split(/\r\n|\r|\n/)) {
    if (FENCE.test(line)) isCode = !isCode;
    else if (isCode) lines.push(line);
    else if (!RULE.test(line))
      lines.push(inline(line.replace(QUOTE, '').replace(HEADING, '$1').replace(BULLET, '$1• ')));
  }
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function inline(text: string): string {
  return text.replace(
    INLINE,
    (
      _whole,
      escaped?: string,
      _ticks?: string,
      code?: string,
      label?: string,
      address?: string,
      _stars?: string,
      starred?: string,
      _underscores?: string,
      underscored?: string,
    ) => escaped ?? code?.trim() ?? address ?? inline(label ?? starred ?? underscored ?? ''),
  );
}
