// What a person reads of a message, by its content type. What is made for programs is never shown to people.
//
// Content types and templates: Amazon Connect's admin guide ("Interactive messages in chat", "Chat message types").
import { withoutMarkdown } from './markdown.ts';
import { MOST_UNITS, fileName, firstUnits, isVisible, oneLine } from './text.ts';

/** What an application says where a message does not speak for itself. */
export interface Texts {
  readonly genericText: string;
  /** `{name}` stands for the file's name. */
  readonly attachmentText: string;
  /** `{displayName}` stands for the name of who wrote. Default: none. */
  readonly title?: string;
}

/** What follows from an application when a notification is made. */
export interface NotificationRules extends Texts {
  /** A notification is worth sending for so long after its event. */
  readonly ttlMs: number;
}

export const GENERIC_TEXT = 'You have a new message';
export const ATTACHMENT_TEXT = 'sent a file: {name}';

const CONNECT = 'application/vnd.amazonaws.connect.message';

/** By content type without parameters, in lower case. Undefined, or a type that is not here: nothing to read. */
const READ: ReadonlyMap<string, (content: string) => string | undefined> = new Map([
  ['text/plain', (content) => content],
  ['text/markdown', withoutMarkdown],
  [`${CONNECT}.interactive`, interactiveTitle],
  [`${CONNECT}.interactive.response`, interactiveTitle],
]);

/** What a person can read of a message, the same for every application. */
export type Readable = { readonly text: string } | { readonly fileName: string };

/** Undefined: nothing that a person can see. */
export function readableOf(message: {
  readonly type: string;
  readonly contentType: string;
  readonly content: string | undefined;
}): Readable | undefined {
  const { type, contentType, content = '' } = message;
  if (type === 'ATTACHMENT') {
    const name = firstUnits(fileName(content), MOST_UNITS);
    return isVisible(name) ? { fileName: name } : undefined;
  }
  const read = READ.get(contentType.split(';', 1)[0]!.trim().toLowerCase());
  const text = firstUnits(read?.(content) ?? '', MOST_UNITS);
  return isVisible(text) ? { text } : undefined;
}

/** What an application's phones show of it. */
export function bodyOf(readable: Readable | undefined, { genericText, attachmentText }: Texts): string {
  if (readable === undefined) return genericText;
  return 'text' in readable ? readable.text : attachmentText.replaceAll('{name}', () => readable.fileName);
}

/** Longer names are cut; Amazon's own limit is 256 characters. */
const MOST_NAME_UNITS = 256;

/** Empty where the application has no title, or the title is the name alone and nobody said it. */
export function titleOf(displayName: string | undefined, { title = '' }: Texts): string {
  const name = firstUnits(oneLine(displayName ?? ''), MOST_NAME_UNITS);
  return title.replaceAll('{displayName}', () => (isVisible(name) ? name : '')).trim();
}

/**
 * An interactive message (list picker, time picker, quick reply, panel, carousel) and the answer to one are JSON whose title
 * stands at `data.content.title`, with links and marks as chat widgets render them; an answer may give the choice as `action`.
 */
function interactiveTitle(content: string): string | undefined {
  const { data } = objectIn(parsed(content));
  const { title, action } = objectIn(objectIn(data)['content']);
  return [title, action]
    .filter((text) => typeof text === 'string')
    .map(withoutMarkdown)
    .find(isVisible);
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // not what its content type says: the generic text has to do
  }
}

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
