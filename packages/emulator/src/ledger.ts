// Counts what a phone got more than once, so that a test can say how often a sender doubled.
import type { Notification } from './notification.ts';
import type { Phone } from './phone.ts';

export interface Duplicate {
  deviceToken: string;
  /** The `apns-id`, or for FCM, which has none, the message itself as JSON. */
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
