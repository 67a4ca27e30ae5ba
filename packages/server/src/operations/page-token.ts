// Where a page of a list ended, as the opaque text that callers hand back.
import { ServiceError } from '../service-error.ts';

/** `list` keeps a token of one list from being read as one of another. */
export const toPageToken = (list: string, position: string): string =>
  Buffer.from(`${list} ${position}`).toString('base64url');

/** The position, or undefined for the first page. Throws InvalidParameterException on what `toPageToken` did not make. */
export function fromPageToken(list: string, token: string | undefined, pattern: RegExp): string | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  const position = text.slice(list.length + 1);
  if (!text.startsWith(`${list} `) || !pattern.test(position))
    throw new ServiceError('InvalidParameterException', 'The NextToken is not one of this list.');
  return position;
}
