// Counts what a phone received more than once, so that a test can count the duplicates of a sender.
import type { Notification } from './notification.ts';
import type { Phone } from './phone.ts';

export interface Duplicate {
  deviceToken: string;
  /**
   * The `apns-id` that the sender set. FCM has no such id and some senders to APNs set none; then it is the payload as JSON,
   * so that two intentionally identical pushes look like one sent twice.
   */
  identity: string;
  collapseId?: string;
  /** The number of accepted requests with it; at least 2. */
  count: number;
}

const identityOf = ({ gateway, headers, payload }: Notification): string =>
  (gateway === 'fcm' ? undefined : headers['apns-id']) ?? JSON.stringify(payload);

/** Duplicates among the notifications the phones still keep. */
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
