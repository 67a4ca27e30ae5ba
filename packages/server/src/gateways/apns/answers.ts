// The meaning of every answer that Apple documents
// (developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns).
import type { Verdict } from '../gateway.ts';
import { meaningOfStatus } from '../status-meanings.ts';

/** What the sender itself must do before the next attempt. */
export type Remedy =
  /** New attempts use another connection; this one closes when its last attempt has ended. */
  | 'new-connection'
  /** The next attempt uses the current token. */
  | 'new-token'
  /** Go back to the previous token. */
  | 'previous-token';

export interface Meaning {
  readonly verdict: Verdict;
  readonly remedy?: Remedy;
  /** The verdict if the remedy did not help. */
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
      'The device token does not exist in this environment: it is mistyped, or belongs to the other one (sandbox and production share no tokens).',
  },
  '400 BadExpirationDate': { verdict: 'message', means: 'The expiration is not a number of seconds.' },
  '400 BadMessageId': { verdict: 'message', means: 'The apns-id is not a UUID.' },
  '400 BadPriority': {
    verdict: 'message',
    means: 'The priority does not exist or does not match the push type.',
  },
  '400 BadTopic': { verdict: 'credential', means: 'The topic (bundle id) of this channel does not exist.' },
  '400 DeviceTokenNotForTopic': {
    verdict: 'token-suspect',
    means: 'The device token belongs to a different app than this channel’s topic.',
  },
  '400 DuplicateHeaders': { verdict: 'message', means: 'A header was sent twice.' },
  '400 IdleTimeout': {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'The connection was idle for too long.',
  },
  '400 InvalidPushType': { verdict: 'message', means: 'The push type does not exist.' },
  '400 MissingDeviceToken': { verdict: 'message', means: 'The path has no device token.' },
  '400 MissingTopic': {
    verdict: 'credential',
    means: 'The channel has no topic, and the certificate covers several.',
  },
  '400 PayloadEmpty': { verdict: 'message', means: 'The payload was empty.' },
  '400 TopicDisallowed': {
    verdict: 'credential',
    means: 'This key or certificate may not push to the topic.',
  },
  '403 BadCertificate': { verdict: 'credential', means: 'The certificate is invalid.' },
  '403 BadCertificateEnvironment': {
    verdict: 'credential',
    means: 'The certificate belongs to the other environment.',
  },
  '403 BadEnvironmentKeyIdInToken': {
    verdict: 'credential',
    means: 'The key belongs to the other environment.',
  },
  // Not documented, but seen: github.com/swift-server-community/APNSwift/pull/229
  '403 BadEnvironmentKeyInToken': {
    verdict: 'credential',
    means: 'The key belongs to the other environment.',
  },
  '403 ExpiredProviderToken': {
    verdict: 'again',
    remedy: 'new-token',
    uncured: 'credential',
    means:
      'The provider token is older than an hour by Apple’s clock. If this repeats, this machine’s clock is wrong.',
  },
  '403 Forbidden': { verdict: 'credential', means: 'Apple refuses this action.' },
  '403 InvalidProviderToken': {
    verdict: 'credential',
    means: 'The key id, team id and key do not match, the key was revoked, or this machine’s clock is wrong.',
  },
  '403 MissingProviderToken': {
    verdict: 'credential',
    means: 'The request had neither a certificate nor a provider token.',
  },
  '403 UnrelatedKeyIdInToken': {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'credential',
    means: 'An open connection switched to a key that is not related to its first one.',
  },
  '404 BadPath': { verdict: 'message', means: 'The path is wrong.' },
  '405 MethodNotAllowed': { verdict: 'message', means: 'The method was not POST.' },
  '410 ExpiredToken': { verdict: 'token-dead', means: 'The device token has expired.' },
  '410 Unregistered': {
    verdict: 'token-dead',
    means: 'The app was removed from the device, or has unregistered its token.',
  },
  '413 PayloadTooLarge': { verdict: 'message', means: 'The payload is larger than 4,096 bytes.' },
  '429 TooManyProviderTokenUpdates': {
    verdict: 'again',
    // The refusals stick to the connection: github.com/jchambers/pushy/issues/811, github.com/esl/sparrow/issues/50
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
    means: 'Apple’s server is shutting down; the next connection reaches another one.',
  },
};

export function apnsMeaning(status: number, reason: string): Meaning {
  const row = APNS_ANSWERS[`${status} ${reason}`];
  if (row !== undefined) return row;
  // Without the time at which the token died, nothing is removed.
  if (status === 410 && reason !== '')
    return {
      verdict: 'token-dead',
      means: 'The device token is dead, for a reason Apple has not documented.',
    };
  return meaningOfStatus(status, reason !== '');
}
