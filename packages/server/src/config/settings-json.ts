// JSON as people keep settings in: with // and /* */ comments and commas before closing brackets.

// A text or comment without an end goes to the end of the file: looked for again from each quote, it took time with the square.
const STRING_OR_COMMENT = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|\/\/[^\n]*|\/\*(?:[^]*?\*\/|[^]*)/g;
const STRING_OR_COMMA = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|,(?=\s*[}\]])/g;
const isWholeComment = (match: string): boolean =>
  match.startsWith('//') || (match.length >= 4 && match.startsWith('/*') && match.endsWith('*/'));

/** Throws an Error that says in which line, and repeats nothing of the text, because there may be secrets in it. */
export function parseSettingsJson(text: string): unknown {
  // Blanks in their place, so that lines and columns stay what they are.
  const bare = text
    .replace(/^\uFEFF/, ' ')
    .replace(STRING_OR_COMMENT, (match) => (isWholeComment(match) ? match.replaceAll(/[^\n]/g, ' ') : match))
    .replace(STRING_OR_COMMA, (match) => (match.startsWith('"') ? match : ' '));
  try {
    return JSON.parse(bare);
  } catch {
    throw new Error(`it is not JSON from line ${lineOfFault(bare)} on`);
  }
}

/** V8 tells the place of some faults only by showing the text around it; its own parser can be asked for the rest. */
function lineOfFault(text: string): number {
  const lines = text.split('\n');
  // A beginning of JSON fails only because it ends; at the first line after which it fails for another reason, it is wrong,
  // and stays so after every later one.
  let sound = 0;
  let wrong = lines.length;
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >> 1;
    if (endsEarly(lines.slice(0, middle).join('\n'))) sound = middle;
    else wrong = middle;
  }
  return wrong;
}

function endsEarly(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    if (message.startsWith('Unexpected end')) return true;
    // A text that does not end in its line never will: JSON has no line breaks within texts.
    const position = /^(?!Unterminated).* at position (\d+)/.exec(message)?.[1];
    return position !== undefined && Number(position) >= text.length;
  }
}
