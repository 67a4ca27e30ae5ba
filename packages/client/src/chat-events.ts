// Chat events: what happened in a chat, reported to chatpush by the chat platform.
import type { ParticipantRole } from './registrations.ts';

/** One thing that happened in a chat. Messages and attachments not written by the customer become notifications. */
export interface ChatEvent {
  /** The platform's identifier of the event, 1–256 characters. chatpush never notifies a device twice about the same id. */
  id: string;
  /** Identifier of the chat, 1–256 characters. */
  contactId: string;
  /** The chat's first contact id, if a transfer has given it a new one since. */
  initialContactId?: string;
  type: 'MESSAGE' | 'ATTACHMENT' | 'EVENT';
  /** MIME type such as `text/plain`, 1–100 characters. */
  contentType?: string;
  /** Up to 16,384 bytes in UTF-8. */
  content?: string;
  participantRole?: ParticipantRole;
  /** Name of the author, up to 256 characters. */
  displayName?: string;
  /** Who may see it. Default: everybody. */
  messageVisibility?: 'AGENT' | 'CUSTOMER' | 'ALL';
  /** When it happened, ISO 8601 with a time zone. Default: now. The time to live counts from here. */
  absoluteTime?: string;
}

/** What {@link ChatpushClient.putChatEvents} takes. */
export interface PutChatEventsRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** 1–500 events, together at most 10 MiB as JSON. */
  events: readonly ChatEvent[];
}

export interface ChatEventResult {
  /** The event's own id. */
  id: string;
  /** How many devices the event will be pushed to. */
  deliveries: number;
  /** Why there are no deliveries, or `duplicate` if the event was already known. */
  reason?: string;
}

export interface PutChatEventsResponse {
  /** One result per event, in the order of the request. */
  results: ChatEventResult[];
}
