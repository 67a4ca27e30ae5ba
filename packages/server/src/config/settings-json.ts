// JSON as people write settings: with // and /* */ comments and commas before closing brackets.

// A text or comment without an end runs to the end of the file: searching for it again from each quote took
// quadratic time.
const STRING_OR_COMMENT = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|\/\/[^\n]*|\/\*(?:[^]*?\*\/|[^]*)/g;
const STRING_OR_COMMA = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|,(?=\s*[}\]])/g;
const isWholeComment = (match: string): boolean =>
  match.startsWith('//') || (match.length >= 4 && match.startsWith('/*') && match.endsWith('*/'));

/** Throws an Error that names the line and quotes nothing of the text, because it may contain secrets. */
export function parseSettingsJson(text: string): unknown {
  // Replaced by blanks, so that lines and columns do not change.
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

/**
 * For some faults V8 only shows the text around them; for these the line is found by parsing beginnings of the
 * text.
 */
function lineOfFault(text: string): number {
  const lines = text.split('\n');
  // A beginning of valid JSON fails only because it ends. From the first line that causes any other error, every
  // longer beginning fails, too.
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
    // A string that does not end on its line never does: JSON strings contain no line breaks.
    const position = /^(?!Unterminated).* at position (\d+)/.exec(message)?.[1];
    return position !== undefined && Number(position) >= text.length;
  }
}
