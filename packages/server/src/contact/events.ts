// Chat event → notification, or the reason for no notification. Events that the customer may see and did not write are pushed.
//
// Sources: Amazon Connect's admin guide ("push notifications are sent for all system and agent messages"), its rule for SNS
// consumers (visibility CUSTOMER or ALL, role not CUSTOMER), and the payloads of its mobile sample apps.
import { bodyOf, readableOf, titleOf } from './content.ts';
import type { Readable, Texts } from './content.ts';
import type { EventReason } from './reasons.ts';
import { FUTURE_MS } from './settings.ts';
import { MOST_UNITS, firstUnits } from './text.ts';

export interface ChatEvent {
  /** The message's id, the same whenever the event is repeated. */
  readonly id: string;
  readonly contactId: string;
  /** Absent: the same contact, or known from an event before. */
  readonly initialContactId?: string;
  readonly type: 'MESSAGE' | 'ATTACHMENT' | 'EVENT';
  readonly contentType?: string;
  /** The text; of an attachment, the name of the file. */
  readonly content?: string;
  /** Absent on some system events. */
  readonly participantRole?: string;
  /** The name of who wrote it. */
  readonly displayName?: string;
  /** Absent: nobody said that the customer may see it, so it does not push. */
  readonly visibility?: 'AGENT' | 'CUSTOMER' | 'ALL';
  /** The event's own time, milliseconds since the epoch; absent: when it arrived. */
  readonly at?: number;
}

/** What a phone shows and what the app gets, with exactly the keys of Amazon's samples (whose title is empty, as is ours by default). */
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

/** Whether the event says that the chat is over. `participant.left` does not: it names nobody and says nothing of who stays. */
export const endsChat = (event: ChatEvent): boolean =>
  event.type === 'EVENT' && event.contentType === CHAT_ENDED;

/** Whether the event belongs into the delivery log even when it does not push. */
export const isMessage = (event: ChatEvent): boolean => event.type !== 'EVENT';

/** Why the event alone, whatever its contact, makes no push. */
export function withoutPush(event: ChatEvent): EventReason | undefined {
  if (!isMessage(event)) return 'not-a-message';
  if (event.participantRole === 'CUSTOMER') return 'own-message';
  if (event.visibility !== 'CUSTOMER' && event.visibility !== 'ALL') return 'not-visible-to-customer';
  return undefined;
}

/** The event's own time as far as it is believed: not before what has expired anyway, not far into the future. */
export const eventTime = (event: ChatEvent, now: number, ttlMs: number): number =>
  event.at === undefined ? now : Math.min(Math.max(event.at, now - ttlMs), now + FUTURE_MS);

/** What a person can read of an event. It takes time: ask once per event, not once per device. */
export const readEvent = (event: ChatEvent): Readable | undefined =>
  readableOf({ type: event.type, contentType: contentTypeOf(event), content: event.content });

/** `readable`: absent where nothing of the message may be shown, but the application's generic text. */
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
