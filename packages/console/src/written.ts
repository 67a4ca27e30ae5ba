// A message written on the page, and when each phone lit up for it.
import type { Notification } from '@chatpush/emulator';

export interface Written {
  /** The id of the chat event, which the notification carries as `messageId`. */
  eventId: string;
  contactId: string;
  displayName: string;
  content: string;
  /** Milliseconds since 1970 by the page's clock, like all times here. */
  writtenAt: number;
  /** The service's answer; absent until it arrives. */
  answer?: { afterMs: number; deliveries: number; reason?: string } | { error: string };
  /** The phones that received it, in order of arrival. */
  arrivals: readonly { deviceToken: string; afterMs: number }[];
}

/** The message with one more arrival, if the notification belongs to it and the phone is not listed yet. */
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
