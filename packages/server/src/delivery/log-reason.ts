// Every reason of our own in the delivery log, with the sentence shown to people. If a gateway refused, the log has
// its reason instead (`BadDeviceToken`, `UNREGISTERED`); those are listed with each sender.
import { EVENT_REASONS } from '../contact/reasons.ts';

export const LOG_REASONS = {
  ...EVENT_REASONS,
  'registration-deleted': 'The registration was deleted before an attempt began.',
  'registration-suspended': 'The gateway rejected the device token before this attempt began.',
  'device-busy': 'The gateway says that this device gets too many pushes; the delivery waits for a while.',
  'many-tokens-refused':
    'The gateway refuses so many device tokens at once that its answers may be wrong; it is asked again after a few minutes.',
  'breaker-open':
    'The gateway is failing or refuses the credential; the delivery waits until a probe succeeds.',
  'gateway-unreachable': 'The gateway cannot be reached; the delivery waits until there is a connection.',
  'channel-not-configured':
    'The application has no channel for this kind of device; the delivery waits ten minutes for one.',
  'node-stopped':
    'The node that held the delivery stopped; another node, or the same one after a restart, takes over.',
  'contact-unreadable':
    'The stored contact is damaged and cannot be read. The delivery waits until it is repaired.',
  'not-recorded': 'The store refused to record the last attempts; they are in the log of the service.',
  replayed: 'The delivery was replayed and waits for its turn.',
  'withdrawn-on-request': 'A call of WithdrawDelivery withdrew the delivery.',
  'store-unavailable': 'The store did not answer whether the registration still exists; the delivery waits.',
} as const satisfies { readonly [reason: string]: string };

export type LogReason = keyof typeof LOG_REASONS;

/** The sentence for a reason, or the gateway's own reason. */
export const explainReason = (reason: string): string =>
  Object.hasOwn(LOG_REASONS, reason) ? LOG_REASONS[reason as LogReason] : `The gateway said ${reason}.`;
