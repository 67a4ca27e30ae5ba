// JSON as people keep settings in: with // and /* */ comments and commas before closing brackets.

const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g;
const STRING_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

/** Throws an Error that says in which line, and repeats nothing of the text, because there may be secrets in it. */
export function parseSettingsJson(text: string): unknown {
  // Blanks in their place, so that lines and columns stay what they are.
  const bare = text
    .replace(/^\uFEFF/, ' ')
    .replace(STRING_OR_COMMENT, (match) => (match.startsWith('"') ? match : match.replaceAll(/[^\n]/g, ' ')))
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
  // A beginning of JSON fails only because it ends; at the first line after which it fails for another reason, it is wrong.
  for (let line = 1; line < lines.length; line++)
    if (!endsEarly(lines.slice(0, line).join('\n'))) return line;
  return lines.length;
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
