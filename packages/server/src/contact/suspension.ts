// A registration is suspended when a gateway doubts its token, and may be sent to again when the device is registered again
// or its channel changes.
//
// A doubt is about a token at one channel: what the settings name as topic, project, environment or gateway decides which
// tokens are good there, and a mistake in them makes every token look bad. So a suspension remembers the channels that
// refused the token, and does not apply under another one. Nobody has to notice the change, and nothing is written for it.
//
// It remembers several, for nodes whose settings differ while a change of them is rolled out: were only the newest kept, two
// such nodes would each overwrite what the other learnt and ask their gateways again with every message. So each channel
// refuses a token once, also one that the settings return to.
import type { Change } from './change.ts';
import type { ContactDocument, Registration } from './document.ts';
import { CHANNELS_REMEMBERED } from './settings.ts';

/**
 * A short text that differs for channels where different tokens are good; undefined: there is no such channel here, or
 * nothing is known of it.
 */
export type ChannelFingerprint = (
  channel: Pick<Registration, 'applicationArn' | 'deviceType'>,
) => string | undefined;

/**
 * Whether nothing is to be sent now. A suspension that does not say under which channel it was pronounced (a version before
 * this rule wrote it) lasts until the device is registered again: nobody can say whether the channel has changed since, and
 * contacts do not outlive such versions by much.
 */
export function isSuspended(registration: Registration, fingerprintOf: ChannelFingerprint): boolean {
  const { status, suspendedUnder = [] } = registration;
  if (status !== 'suspended') return false;
  const channel = fingerprintOf(registration);
  return channel === undefined || suspendedUnder.length === 0 || suspendedUnder.includes(channel);
}

export interface Suspicion {
  readonly registrationId: string;
  /** The gateway's words, such as `400 BadDeviceToken`. */
  readonly reason: string;
  /** When the attempt began that was answered so, milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Suspends a registration under its channel of now, unless it was renewed after the gateway was asked. */
export function suspend(
  document: ContactDocument | undefined,
  { registrationId, reason, askedAt }: Suspicion,
  fingerprintOf: ChannelFingerprint,
): Change<{ readonly suspended: boolean }> {
  const registration = document?.registrations.find((one) => one.registrationId === registrationId);
  if (
    document === undefined ||
    registration === undefined ||
    registration.registeredAt > askedAt ||
    isSuspended(registration, fingerprintOf)
  )
    return { result: { suspended: false } };
  const channel = fingerprintOf(registration);
  const before = registration.status === 'suspended' ? (registration.suspendedUnder ?? []) : [];
  const suspended: Registration = {
    ...registration,
    status: 'suspended',
    suspendedFor: reason.slice(0, 200),
    suspendedUnder: [...(channel === undefined ? [] : [channel]), ...before].slice(0, CHANNELS_REMEMBERED),
  };
  return {
    document: {
      ...document,
      registrations: document.registrations.map((other) => (other === registration ? suspended : other)),
    },
    result: { suspended: true },
  };
}
