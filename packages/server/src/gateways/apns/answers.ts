// What Apple's answers mean, all of them
// (developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns).
import type { Verdict } from '../gateway.ts';
import { meaningOfStatus } from '../in-between.ts';

/** What the sender itself must do before the next attempt. */
export type Remedy =
  /** Attempts go to another connection; this one ends when its last has ended. */
  | 'new-connection'
  /** The next attempt shows the token of its own time. */
  | 'new-token'
  /** Go back to the token before. */
  | 'previous-token';

export interface Meaning {
  readonly verdict: Verdict;
  readonly remedy?: Remedy;
  /** The verdict where the remedy did not help. */
  readonly uncured?: Verdict;
  /** For people. */
  readonly means: string;
}

/** By `status reason`. */
export const APNS_ANSWERS: Readonly<Record<string, Meaning>> = {
  '400 BadCollapseId': { verdict: 'message', means: 'The collapse id is longer than 64 bytes.' },
  '400 BadDeviceToken': {
    verdict: 'token-suspect',
    means:
      'No such device token here: mistyped, or of the other environment (sandbox and production share none).',
  },
  '400 BadExpirationDate': { verdict: 'message', means: 'The expiration is no number of seconds.' },
  '400 BadMessageId': { verdict: 'message', means: 'The apns-id is no UUID.' },
  '400 BadPriority': {
    verdict: 'message',
    means: 'The priority does not exist or does not go with the push type.',
  },
  '400 BadTopic': { verdict: 'credential', means: 'The topic (bundle id) of this channel does not exist.' },
  '400 DeviceTokenNotForTopic': {
    verdict: 'token-suspect',
    means: 'The device token belongs to another app than the topic of this channel.',
  },
  '400 DuplicateHeaders': { verdict: 'message', means: 'A header was sent twice.' },
  '400 IdleTimeout': {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'The connection was idle for too long.',
  },
  '400 InvalidPushType': { verdict: 'message', means: 'The push type does not exist.' },
  '400 MissingDeviceToken': { verdict: 'message', means: 'The path names no device token.' },
  '400 MissingTopic': {
    verdict: 'credential',
    means: 'The channel names no topic, and the certificate covers several.',
  },
  '400 PayloadEmpty': { verdict: 'message', means: 'The payload was empty.' },
  '400 TopicDisallowed': {
    verdict: 'credential',
    means: 'This key or certificate may not push to the topic.',
  },
  '403 BadCertificate': { verdict: 'credential', means: 'The certificate is bad.' },
  '403 BadCertificateEnvironment': {
    verdict: 'credential',
    means: 'The certificate is of the other environment.',
  },
  '403 BadEnvironmentKeyIdInToken': { verdict: 'credential', means: 'The key is of the other environment.' },
  // Not documented, but seen: github.com/swift-server-community/APNSwift/pull/229
  '403 BadEnvironmentKeyInToken': { verdict: 'credential', means: 'The key is of the other environment.' },
  '403 ExpiredProviderToken': {
    verdict: 'again',
    remedy: 'new-token',
    uncured: 'credential',
    means:
      'The provider token is older than an hour by Apple’s clock; seen repeatedly, this machine’s clock is wrong.',
  },
  '403 Forbidden': { verdict: 'credential', means: 'Apple refuses this action.' },
  '403 InvalidProviderToken': {
    verdict: 'credential',
    means:
      'Key id, team id and key do not belong together, the key was revoked, or this machine’s clock is wrong.',
  },
  '403 MissingProviderToken': {
    verdict: 'credential',
    means: 'Neither a certificate nor a provider token was shown.',
  },
  '403 UnrelatedKeyIdInToken': {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'credential',
    means: 'The key changed on an open connection to one that is not related to the first.',
  },
  '404 BadPath': { verdict: 'message', means: 'The path is wrong.' },
  '405 MethodNotAllowed': { verdict: 'message', means: 'The method was not POST.' },
  '410 ExpiredToken': { verdict: 'token-dead', means: 'The device token has expired.' },
  '410 Unregistered': {
    verdict: 'token-dead',
    means: 'The app is no longer on the device, or gave up its token.',
  },
  '413 PayloadTooLarge': { verdict: 'message', means: 'The payload is larger than 4,096 bytes.' },
  '429 TooManyProviderTokenUpdates': {
    verdict: 'again',
    // The refusals stick to a connection: github.com/jchambers/pushy/issues/811, github.com/esl/sparrow/issues/50
    remedy: 'previous-token',
    uncured: 'gateway-busy',
    means: 'Provider tokens changed more often than every 20 minutes.',
  },
  '429 TooManyRequests': { verdict: 'device-busy', means: 'Too many pushes to this one device in a row.' },
  '500 InternalServerError': { verdict: 'gateway-busy', means: 'Apple’s server failed.' },
  '503 ServiceUnavailable': { verdict: 'gateway-busy', means: 'Apple’s service is not available.' },
  '503 Shutdown': {
    verdict: 'gateway-busy',
    remedy: 'new-connection',
    means: 'Apple’s server shuts down; the next connection leads to another.',
  },
};

export function apnsMeaning(status: number, reason: string): Meaning {
  const row = APNS_ANSWERS[`${status} ${reason}`];
  if (row !== undefined) return row;
  // Without a time of death nothing is removed.
  if (status === 410 && reason !== '')
    return {
      verdict: 'token-dead',
      means: 'The device token is dead, for a reason Apple has not documented.',
    };
  return meaningOfStatus(status, reason !== '');
}
