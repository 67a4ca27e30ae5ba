// Chat event → notification, or the reason for no notification. Events that the customer may see and did not write
// are pushed.
//
// Sources: Amazon Connect's admin guide ("push notifications are sent for all system and agent messages"), its rule
// for SNS consumers (visibility CUSTOMER or ALL, role not CUSTOMER), and the payloads of its mobile sample apps.
import { bodyOf, readableOf, titleOf } from './content.ts';
import type { Readable, Texts } from './content.ts';
import type { EventReason } from './reasons.ts';
import { FUTURE_MS } from './settings.ts';
import { MOST_UNITS, firstUnits } from './text.ts';

export interface ChatEvent {
  /** The message's id. It stays the same when the event is repeated. */
  readonly id: string;
  readonly contactId: string;
  /** Absent: the contact itself, or known from an earlier event. */
  readonly initialContactId?: string;
  readonly type: 'MESSAGE' | 'ATTACHMENT' | 'EVENT';
  readonly contentType?: string;
  /** The text of a message; the file name of an attachment. */
  readonly content?: string;
  /** Absent on some system events. */
  readonly participantRole?: string;
  /** The author's display name. */
  readonly displayName?: string;
  /** Absent: the event does not say that the customer may see it, so it is not pushed. */
  readonly visibility?: 'AGENT' | 'CUSTOMER' | 'ALL';
  /** The event's own time, milliseconds since the epoch; absent: when it arrived. */
  readonly at?: number;
}

/**
 * What the phone shows and the app receives, with exactly the keys of Amazon's samples (whose title is empty, as
 * ours is by default).
 */
export interface Notification {
  readonly title: string;
  readonly body: string;
  readonly data: {
    readonly initialContactId: string;
    readonly messageId: string;
    readonly messageType: string;
    readonly contentType: string;
  };
}

const CHAT_ENDED = 'application/vnd.amazonaws.connect.event.chat.ended';

/** Whether the event ends the chat. `participant.left` does not: it does not say who left or who is still there. */
export const endsChat = (event: ChatEvent): boolean =>
  event.type === 'EVENT' && event.contentType === CHAT_ENDED;

/** Whether the event belongs in the delivery log even if it is not pushed. */
export const isMessage = (event: ChatEvent): boolean => event.type !== 'EVENT';

/** Why the event is not pushed, for reasons that do not depend on its contact. */
export function withoutPush(event: ChatEvent): EventReason | undefined {
  if (!isMessage(event)) return 'not-a-message';
  if (event.participantRole === 'CUSTOMER') return 'own-message';
  if (event.visibility !== 'CUSTOMER' && event.visibility !== 'ALL') return 'not-visible-to-customer';
  return undefined;
}

/** The event's own time, within limits: not so old that it has expired anyway, and not far in the future. */
export const eventTime = (event: ChatEvent, now: number, ttlMs: number): number =>
  event.at === undefined ? now : Math.min(Math.max(event.at, now - ttlMs), now + FUTURE_MS);

/** What a person can read of an event. This is slow: call it once per event, not once per device. */
export const readEvent = (event: ChatEvent): Readable | undefined =>
  readableOf({ type: event.type, contentType: contentTypeOf(event), content: event.content });

/** `readable` is absent if nothing of the message may be shown; then the application's generic text is used. */
export function toNotification(
  event: ChatEvent,
  initialContactId: string,
  readable: Readable | undefined,
  texts: Texts,
): Notification {
  return {
    title: titleOf(event.displayName, texts),
    body: firstUnits(bodyOf(readable, texts), MOST_UNITS),
    data: {
      initialContactId,
      messageId: event.id,
      messageType: event.type,
      contentType: contentTypeOf(event),
    },
  };
}

const contentTypeOf = ({ type, contentType }: ChatEvent): string =>
  contentType ?? (type === 'ATTACHMENT' ? 'application/octet-stream' : 'text/plain');
