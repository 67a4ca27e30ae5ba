// A message of Amazon Connect's real-time stream as a chat event.
// https://docs.aws.amazon.com/connect/latest/adminguide/sns-payload.html
import type { ChatEvent } from '../../contact/events.ts';
import { fileName, isVisible } from '../../contact/text.ts';
import { parseObject } from './envelope.ts';
import type { Notification } from './envelope.ts';
import { SnsRefusal } from './refusal.ts';

export interface ChatMessage {
  /** The instance that the message names; the signature does not cover it. */
  readonly instanceId: string;
  readonly event: ChatEvent;
}

/**
 * Instance and visibility are only in attributes, which the signature does not cover. Anyone who could change them
 * in transit can at most choose another instance of this topic, or show or hide a message. Everything else is read
 * from the signed text, and from an attribute only if the text does not have it.
 */
export function parseChatMessage({ Message, Timestamp, attributes }: Notification): ChatMessage {
  const message = parseObject(Message, 'no-chat-message');
  const text = (name: string): string | undefined => {
    const value = message[name];
    return typeof value === 'string' && value !== '' ? value : attributes.get(name);
  };
  const id = (name: string): string => {
    const value = text(name) ?? '';
    if (value === '' || value.length > MAX_ID) throw new SnsRefusal('no-chat-message', `it has no ${name}`);
    return value;
  };
  const type = text('Type');
  const at = Date.parse(text('AbsoluteTime') ?? '');
  return {
    instanceId: attributes.get('InstanceId') ?? '',
    event: {
      id: id('Id'),
      contactId: id('ContactId'),
      ...(text('InitialContactId') !== undefined && { initialContactId: id('InitialContactId') }),
      // All other types (typing, receipts, MESSAGEMETADATA) are events and are not pushed.
      type: type === 'MESSAGE' || type === 'ATTACHMENT' ? type : 'EVENT',
      contentType: text('ContentType'),
      content: (type === 'ATTACHMENT' ? fileNames(message) : undefined) ?? text('Content'),
      participantRole: text('ParticipantRole'),
      displayName: text('DisplayName'),
      visibility: readVisibility(attributes.get('MessageVisibility')),
      // A repeat must fall on the same day, so never use the time of arrival: SNS keeps its own timestamp over all
      // repeats.
      at: Number.isNaN(at) ? Date.parse(Timestamp) : at,
    },
  };
}

/**
 * Attachments are `{AttachmentId, AttachmentName, ContentType, Status}`, as chat clients get them. A file that was
 * rejected or is still being scanned cannot be opened, so it is not named. Undefined: the message has no
 * attachments.
 */
function fileNames({ Attachments }: Record<string, unknown>): string | undefined {
  if (!Array.isArray(Attachments) || Attachments.length === 0) return undefined;
  return Attachments.flatMap((one: unknown) => {
    const { AttachmentName: name, Status: status = 'APPROVED' } = (one ?? {}) as Record<string, unknown>;
    return typeof name === 'string' && status === 'APPROVED' ? fileName(name) : [];
  })
    .filter(isVisible)
    .join(', ');
}

const MAX_ID = 256;

/** Unknown ones are not pushed: nobody said that the customer may see the message. */
const readVisibility = (value: string | undefined): ChatEvent['visibility'] =>
  value === 'AGENT' || value === 'CUSTOMER' || value === 'ALL' ? value : undefined;
