// A registration is suspended when a gateway doubts its token. It is used again when the device is registered again
// or its channel changes.
//
// A doubt concerns a token at one channel: the topic, project, environment or gateway in the settings decides which
// tokens are valid, and a mistake there makes every token look invalid. So a suspension records the channels that
// refused the token and does not apply under any other. No job has to detect the change, and nothing is written for
// it.
//
// It records several channels because nodes have different settings while a change is rolled out. With only the
// newest, two such nodes would overwrite each other's record and ask their gateways again with every message. This
// way each channel refuses a token once, even if the settings are changed back.
import type { Change } from './change.ts';
import type { ContactDocument, Registration } from './document.ts';
import { CHANNELS_REMEMBERED } from './settings.ts';

/**
 * A short text that differs between channels that accept different tokens. Undefined: the channel does not exist
 * here, or nothing is known about it.
 */
export type ChannelFingerprint = (
  channel: Pick<Registration, 'applicationArn' | 'deviceType'>,
) => string | undefined;

/**
 * Whether the registration is not to be sent to now. A suspension without a channel (written by a version before
 * this rule) lasts until the device is registered again: nobody can tell whether the channel has changed since, and
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
  /** The gateway's answer, such as `400 BadDeviceToken`. */
  readonly reason: string;
  /** When the attempt with that answer began, milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Suspends a registration under its current channel, unless it was renewed after the gateway was asked. */
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
