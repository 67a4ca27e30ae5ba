// Counts what a phone got more than once, so that a test can say how often a sender doubled.
import type { Notification } from './notification.ts';
import type { Phone } from './phone.ts';

export interface Duplicate {
  deviceToken: string;
  /**
   * The `apns-id` as the sender gave it. FCM has none and some senders to APNs give none: of theirs, the payload as JSON
   * counts, so that two pushes meant to be alike cannot be told from one sent twice.
   */
  identity: string;
  collapseId?: string;
  /** How many accepted requests carried it; at least 2. */
  count: number;
}

const identityOf = ({ gateway, headers, payload }: Notification): string =>
  (gateway === 'fcm' ? undefined : headers['apns-id']) ?? JSON.stringify(payload);

/** Repeats among the notifications the phones still keep. */
export function duplicatesOn(phones: readonly Phone[]): Duplicate[] {
  return phones.flatMap(({ deviceToken, notifications }) => {
    const groups = Map.groupBy(notifications, identityOf);
    return [...groups].flatMap(([identity, group]) =>
      group.length < 2
        ? []
        : [{ deviceToken, identity, collapseId: group[0]?.headers['apns-collapse-id'], count: group.length }],
    );
  });
}
