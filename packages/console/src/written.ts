// A message written on the page, and when which phone lit up because of it.
import type { Notification } from '@chatpush/emulator';

export interface Written {
  /** Identifier of the chat event, which the notification carries as `messageId`. */
  eventId: string;
  contactId: string;
  displayName: string;
  content: string;
  /** Milliseconds since 1970, by the page's clock as all times here. */
  writtenAt: number;
  /** What the service answered; absent until it has. */
  answer?: { afterMs: number; deliveries: number; reason?: string } | { error: string };
  /** The phones that have it, in the order it came to them. */
  arrivals: readonly { deviceToken: string; afterMs: number }[];
}

/** The message with one more arrival, if the notification is of it and the phone did not have it yet. */
export function arrivedAt(
  written: Written,
  deviceToken: string,
  { payload }: Notification,
  nowMs: number,
): Written {
  if (written.arrivals.some((one) => one.deviceToken === deviceToken)) return written;
  if (!JSON.stringify(payload).includes(JSON.stringify(written.eventId))) return written;
  return {
    ...written,
    arrivals: [...written.arrivals, { deviceToken, afterMs: nowMs - written.writtenAt }],
  };
}
