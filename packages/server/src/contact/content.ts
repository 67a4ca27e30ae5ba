// What a person reads of a message, by its content type. What is made for programs is never shown to people.
//
// Content types and templates: Amazon Connect's admin guide ("Interactive messages in chat", "Chat message types").
import { withoutMarkdown } from './markdown.ts';

/** What an application says where a message does not speak for itself. */
export interface Texts {
  readonly genericText: string;
  /** `{name}` stands for the file's name. */
  readonly attachmentText: string;
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

export function readableText(
  message: { readonly type: string; readonly contentType: string; readonly content: string | undefined },
  { genericText, attachmentText }: Texts,
): string {
  const { type, contentType, content = '' } = message;
  if (type === 'ATTACHMENT') {
    const name = fileName(content);
    return name === '' ? genericText : attachmentText.replaceAll('{name}', () => name);
  }
  const read = READ.get(contentType.split(';', 1)[0]!.trim().toLowerCase());
  const text = read?.(content);
  return text === undefined || text.trim() === '' ? genericText : text;
}

/**
 * An interactive message (list picker, time picker, quick reply, panel, carousel) and the answer to one are JSON whose title
 * stands at `data.content.title`; an answer may give the choice as `action` instead.
 */
function interactiveTitle(content: string): string | undefined {
  const { data } = objectIn(parsed(content));
  const { title, action } = objectIn(objectIn(data)['content']);
  return [title, action].find((text): text is string => typeof text === 'string' && text.trim() !== '');
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // whoever wrote it did not make what the content type says: the generic text has to do
  }
}

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Control characters, and those that turn the direction of writing, by which `fdp.exe` can look like `exe.pdf`. */
// oxlint-disable-next-line no-control-regex -- those are the ones to remove
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The last part of a path, as one line. */
function fileName(content: string): string {
  return (content.split(/[/\\]/).at(-1) ?? '').replaceAll(INVISIBLE, '').trim();
}
