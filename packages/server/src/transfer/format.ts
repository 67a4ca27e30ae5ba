// The file that `chatpush export` writes and `chatpush import` reads: lines of JSON (docs/guides/scaling.md).
//
//   {"chatpush":"export","format":1,"exportedAt":1795000000000}     times in later lines count from here
//   {"kind":"setting",…} {"kind":"contact",…} {"kind":"claim",…}    one line each
//   {"kind":"delivery",…}                                           what has ended or never started; then what waits
//   {"kind":"end","things":4711}                                    without it the file was cut off
import type { StoredThing } from '../store/store.ts';

export const FORMAT = 1;

export type Line =
  | { readonly chatpush: 'export'; readonly format: number; readonly exportedAt: number }
  | StoredThing
  | { readonly kind: 'end'; readonly things: number };

export type Header = Extract<Line, { chatpush: 'export' }>;

export const writeLine = (line: Line): string => `${JSON.stringify(line)}\n`;

/** Reads the first line. Throws a sentence if it is not the header. */
export function readHeader(text: string | undefined): Header {
  const line = text === undefined ? undefined : (parse(text, 1) as Partial<Header>);
  if (line?.chatpush !== 'export')
    throw new Error(
      'This is not an export: its first line must be the header that "chatpush export" writes.',
    );
  if (line.format !== FORMAT)
    throw new Error(
      `The export has the format ${line.format}, and this chatpush reads ${FORMAT}: import it with the version that wrote it.`,
    );
  return line as Header;
}

export function readLine(text: string, number: number): Exclude<Line, Header> {
  const line = parse(text, number) as Partial<Exclude<Line, Header>>;
  if (!['setting', 'contact', 'claim', 'delivery', 'end'].includes(line.kind ?? ''))
    throw new Error(
      `Line ${number} of the export has the kind ${JSON.stringify(line.kind)}, which is not known.`,
    );
  return line as Exclude<Line, Header>;
}

function parse(text: string, number: number): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new Error(`Line ${number} of the export is not JSON: the file was changed, or cut off.`, {
      cause: error,
    });
  }
}
