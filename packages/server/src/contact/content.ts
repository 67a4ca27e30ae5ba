// What a person can read of a message, by its content type. Content meant for programs is never shown to people.
//
// Content types and templates: Amazon Connect's admin guide ("Interactive messages in chat", "Chat message types").
import { withoutMarkdown } from './markdown.ts';
import { MOST_UNITS, fileName, firstUnits, isVisible, oneLine } from './text.ts';

/** An application's texts for messages that cannot be shown as they are. */
export interface Texts {
  readonly genericText: string;
  /** `{name}` is replaced by the file name. */
  readonly attachmentText: string;
  /** `{displayName}` is replaced by the author's display name. Default: no title. */
  readonly title?: string;
}

/** The application's settings that shape a notification. */
export interface NotificationRules extends Texts {
  /** A notification is worth sending for this long after its event. */
  readonly ttlMs: number;
}

export const GENERIC_TEXT = 'You have a new message';
export const ATTACHMENT_TEXT = 'sent a file: {name}';

const CONNECT = 'application/vnd.amazonaws.connect.message';

/**
 * By content type without parameters, in lower case. Undefined, or a type that is not listed: there is nothing to
 * read.
 */
const READ: ReadonlyMap<string, (content: string) => string | undefined> = new Map([
  ['text/plain', (content) => content],
  ['text/markdown', withoutMarkdown],
  [`${CONNECT}.interactive`, interactiveTitle],
  [`${CONNECT}.interactive.response`, interactiveTitle],
]);

/** The readable part of a message, the same for every application. */
export type Readable = { readonly text: string } | { readonly fileName: string };

/** Undefined: the message has nothing that a person can see. */
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
  const read = READ.get(contentType) ?? READ.get(contentType.split(';', 1)[0]!.trim().toLowerCase());
  const text = firstUnits(read?.(content) ?? '', MOST_UNITS);
  return isVisible(text) ? { text } : undefined;
}

/** The text that an application's phones show. */
export function bodyOf(readable: Readable | undefined, { genericText, attachmentText }: Texts): string {
  if (readable === undefined) return genericText;
  return 'text' in readable ? readable.text : attachmentText.replaceAll('{name}', () => readable.fileName);
}

/** Longer names are cut. Amazon's own limit is 256 characters. */
const MOST_NAME_UNITS = 256;

/** Empty if the application has no title, or if the title is only the name and the event carries none. */
export function titleOf(displayName: string | undefined, { title = '' }: Texts): string {
  if (title === '') return '';
  const name = firstUnits(oneLine(displayName ?? ''), MOST_NAME_UNITS);
  return title.replaceAll('{displayName}', () => (isVisible(name) ? name : '')).trim();
}

/**
 * An interactive message (list picker, time picker, quick reply, panel, carousel) and the answer to one are JSON.
 * The title is at `data.content.title`, with links and markup as chat widgets render them; an answer may carry the
 * choice as `action`.
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
    return undefined; // the content does not match its type: use the generic text
  }
}

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
