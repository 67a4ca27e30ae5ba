// Every reason the delivery log gives in our own words, with the sentence that people read. Where a gateway refused, its own
// reason stands there instead (`BadDeviceToken`, `UNREGISTERED`); those are listed beside each sender.
import { EVENT_REASONS } from '../contact/reasons.ts';

export const LOG_REASONS = {
  ...EVENT_REASONS,
  'registration-deleted': 'The registration was deleted before an attempt began.',
  'registration-suspended': 'The gateway came to doubt the device token before an attempt began.',
  'device-busy': 'The gateway says that this device gets too much; it waits for a while.',
  'many-tokens-refused':
    'The gateway refuses so many device tokens at once that none is believed yet; it is asked again after a few minutes.',
  'breaker-open': 'The gateway is failing or refuses the credential; it waits until a probe succeeds.',
  'gateway-unreachable': 'The gateway cannot be reached; it waits until a connection is made.',
  'channel-not-configured':
    'The application has no channel for this kind of device; deliveries wait ten minutes for one.',
  'node-stopped': 'The node that held it stopped; another one, or the same after its start, takes it.',
  'contact-unreadable':
    'The stored contact is damaged and cannot be read. The delivery waits until it is repaired.',
  'not-recorded': 'The store refused what is known of its last attempts; the log of the service has them.',
  replayed: 'It did not arrive, and was replayed: it waits for its turn.',
  'withdrawn-on-request': 'It was withdrawn by a call of WithdrawDelivery.',
  'store-unavailable': 'The store could not be asked whether the registration still stands; it waits.',
} as const satisfies { readonly [reason: string]: string };

export type LogReason = keyof typeof LOG_REASONS;

/** The sentence of a reason, or the gateway's own word. */
export const explainReason = (reason: string): string =>
  Object.hasOwn(LOG_REASONS, reason) ? LOG_REASONS[reason as LogReason] : `The gateway said ${reason}.`;
