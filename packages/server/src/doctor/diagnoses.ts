// The cause of a refusal, and what to do about it: one sentence each for every reason that has to do with settings.
//
// Apple: developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns. Google:
// firebase.google.com/docs/cloud-messaging/error-codes and
// developers.google.com/identity/protocols/oauth2/service-account.

import type { ChannelName } from '../config/config.ts';

export interface Diagnosis {
  /** Whose answer it is; absent: anything in between may have sent it. */
  readonly of?: 'Apple' | 'Google';
  /** Matched against the gateway's answer or the error's code. The first matching row applies. */
  readonly when: RegExp;
  readonly says: string;
  readonly cure: string;
}

const CLOCK = "set this machine's clock (NTP)";
const APPLE_KEYS = "Apple's developer site, Certificates, Identifiers & Profiles, Keys";
const GOOGLE_KEYS = 'Firebase console, Project settings, Service accounts';

/** A success that no real gateway would return. */
export const SAYS_YES_TO_ALL: Diagnosis = {
  when: /\d without apns-id|\d without a message name/,
  says: 'Something answers in place of the gateway and accepts everything, so nothing reaches a phone: a filter that inspects TLS, a log-in page, or the server in "url".',
  cure: 'let the connection to the gateway pass unchanged through everything in between, and correct "url" or remove it',
};

export const DIAGNOSES: readonly Diagnosis[] = [
  // The credential itself.
  {
    when: /CHATPUSH_SECRET_KEY/,
    says: 'The stored credential is encrypted with a key that this node does not have.',
    cure: 'set the same CHATPUSH_SECRET_KEY as on the node that stored it, on every node and for commands',
  },
  {
    when: /It cannot be decrypted: the text was changed|stored channel is inconsistent/,
    says: 'The stored credential is damaged.',
    cure: 'set the channel’s credential again with UpdateApnsChannel, UpdateApnsSandboxChannel or UpdateGcmChannel',
  },
  // The way to the gateway.
  {
    when: /PROXY_407/,
    says: 'The proxy requires a user and a password, or does not accept the ones it got.',
    cure: 'put them into the URL in "proxy": http://user:password@host:port, percent-encoded',
  },
  {
    when: /PROXY_UNREACHABLE/,
    says: 'The proxy cannot be reached.',
    cure: 'correct "proxy" in the settings, or allow this machine to connect to it',
  },
  {
    when: /PROXY_NOT_HTTP/,
    says: 'The server in "proxy" does not speak HTTP.',
    cure: 'correct host, port and scheme of "proxy" in the settings: http:// or https://, not SOCKS',
  },
  {
    when: /PROXY_\d/,
    says: 'The proxy refuses to connect to the gateway.',
    cure: "allow CONNECT to the gateway's host and port on the proxy, or use port 2197 for Apple where only that is open",
  },
  {
    when: /^(?:407|451|511)\b/,
    says: 'Something between this machine and the gateway refuses the request: a proxy or a network that requires a log-in, or a filter.',
    cure: 'let the connection to the gateway pass unchanged through everything in between',
  },
  {
    when: /DNS_TIMEOUT/,
    says: 'No name server answers.',
    cure: 'fix DNS on this machine (/etc/resolv.conf), or set "proxy", which then resolves names',
  },
  {
    when: /ENOTFOUND|EAI_AGAIN/,
    says: 'The gateway’s host name cannot be resolved.',
    cure: 'fix DNS on this machine, or set "proxy", which then resolves names',
  },
  {
    when: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    says: "The gateway's certificate is not valid at this machine's time.",
    cure: CLOCK,
  },
  {
    when: /ERR_TLS_CERT_ALTNAME_INVALID/,
    says: 'Something answers with a certificate for a name other than the gateway’s.',
    cure: 'correct "url", or find out what answers in place of the gateway',
  },
  {
    when: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET/,
    says: 'The gateway\'s certificate is from an untrusted authority: something in between inspects TLS, or "ca" is the wrong bundle.',
    cure: 'set "ca" of the channel to the authorities of your network, or remove "ca" if nothing inspects TLS',
  },
  {
    when: /ALERT.*CERTIFICATE|ALERT_UNKNOWN_CA/,
    says: 'The gateway refuses our certificate.',
    cure: 'create a new push certificate for the app and export it with its key',
  },
  {
    when: /NO_HTTP2|ERR_SSL_|EPROTO|WRONG_VERSION|ALERT_PROTOCOL/,
    says: 'The server that answers does not speak HTTP/2 over TLS, as the gateways do.',
    cure: 'correct "url" or "port", or let the connection pass unchanged through everything in between',
  },
  {
    when: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|took too long|nothing happened|no answer within/,
    says: 'The gateway cannot be reached.',
    cure: 'open the firewall for TCP to the gateway (Apple: port 443, or 2197 with "port": 2197; Google: 443), or set "proxy"',
  },
  SAYS_YES_TO_ALL,
  // Apple.
  {
    of: 'Apple',
    when: /\bInvalidProviderToken\b/,
    says: 'Apple does not accept the signature: the key id, team id and key do not match, the key was revoked, or this machine’s clock is wrong.',
    cure: `compare keyId and teamId with ${APPLE_KEYS}; look whether the key is still there; ${CLOCK}`,
  },
  {
    of: 'Apple',
    when: /\bExpiredProviderToken\b/,
    says: 'Apple considers the signature too old, although it is fresh: this machine’s clock is slow.',
    cure: CLOCK,
  },
  {
    of: 'Apple',
    when: /\bBadEnvironmentKeyIdInToken\b|\bBadEnvironmentKeyInToken\b/,
    says: 'The key is for the other environment: keys can be limited to development or to production.',
    cure: `use a key for this environment, or one for both (${APPLE_KEYS})`,
  },
  {
    of: 'Apple',
    when: /\bBadCertificateEnvironment\b/,
    says: 'The certificate is for the other environment: APNS_SANDBOX needs development certificates, APNS production certificates.',
    cure: 'export the certificate of this environment',
  },
  {
    of: 'Apple',
    when: /\bBadCertificate\b/,
    says: 'Apple does not accept the certificate.',
    cure: 'create a new push certificate for the app and export it with its key',
  },
  {
    of: 'Apple',
    when: /\bTopicDisallowed\b/,
    says: 'The key or certificate may not send to this topic.',
    cure: 'correct "topic" (the bundle id of the app), or use a key of the app’s team that is not limited to other topics',
  },
  {
    of: 'Apple',
    when: /\bBadTopic\b/,
    says: 'Apple does not know this topic.',
    cure: 'set "topic" to the bundle id of the app, exactly as in Xcode',
  },
  {
    of: 'Apple',
    when: /\bMissingTopic\b/,
    says: 'No topic is set, and the certificate covers several.',
    cure: 'set "topic" to the bundle id of the app',
  },
  {
    of: 'Apple',
    when: /\bDeviceTokenNotForTopic\b/,
    says: 'The device token belongs to a different app than this channel’s topic.',
    cure: 'register the device with the application of its app, or correct "topic"',
  },
  {
    of: 'Apple',
    when: /\bBadDeviceToken\b/,
    says: 'Apple does not know this device token in this environment: builds run from Xcode have tokens for APNS_SANDBOX, those from TestFlight and the App Store for APNS, and neither works in the other.',
    cure: 'register the device with the other DeviceType, or get a new token from the app',
  },
  {
    of: 'Apple',
    when: /\bMissingProviderToken\b/,
    says: 'Apple received neither a signature nor a certificate; a proxy that terminates TLS removes the certificate.',
    cure: 'let the connection to Apple pass unchanged, or use a key instead of a certificate',
  },
  {
    of: 'Apple',
    when: /\bUnrelatedKeyIdInToken\b/,
    says: 'Apple received a different key on this connection before.',
    cure: 'nothing: a new connection is opened; if the error persists, something in between merges connections',
  },
  {
    of: 'Apple',
    when: /\bTooManyProviderTokenUpdates\b/,
    says: 'Apple received too many signatures by this key: another program uses it and creates a new signature for every push.',
    cure: 'fix that program, or give it its own key',
  },
  {
    of: 'Apple',
    when: /403 Forbidden\b/,
    says: 'Apple refuses this action to this key or certificate.',
    cure: `look at the rights of the key (${APPLE_KEYS})`,
  },
  {
    of: 'Apple',
    when: /\bUnregistered\b|\bExpiredToken\b/,
    says: 'The app was removed from this device, or has a new token.',
    cure: 'get a new token from the app',
  },
  // Google's token endpoint.
  {
    of: 'Google',
    when: /neither token nor error|token endpoint: 404/,
    says: 'The answer does not come from Google’s token endpoint.',
    cure: `look at token_uri in the service account file, which Google writes as https://oauth2.googleapis.com/token (download it again: ${GOOGLE_KEYS}), and let the connection pass unchanged through what stands between`,
  },
  {
    of: 'Google',
    when: /short-lived token|reasonable timeframe/i,
    says: 'Google considers the time of the signature wrong: this machine’s clock is off.',
    cure: CLOCK,
  },
  {
    of: 'Google',
    when: /account not found/i,
    says: 'Google does not know this service account: it was deleted.',
    cure: `make a new key of an account that is there (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /invalid jwt signature/i,
    says: 'Google does not accept the signature: this key of the service account was deleted or disabled.',
    cure: `generate a new private key (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /audience/i,
    says: 'The token_uri of the service account does not match its keys.',
    cure: `download the service account file again (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /invalid_grant|invalid_client|disabled_client|unauthorized_client|invalid_scope/,
    says: 'Google gives the service account no access token.',
    cure: `look whether the account is enabled, and generate a new private key (${GOOGLE_KEYS})`,
  },
  // FCM.
  {
    of: 'Google',
    when: /has not been used in project|it is disabled|SERVICE_DISABLED/,
    says: 'The Firebase Cloud Messaging API is disabled in this project.',
    cure: 'enable it: Google Cloud console, APIs & Services, Firebase Cloud Messaging API; this takes a few minutes',
  },
  {
    of: 'Google',
    when: /SENDER_ID_MISMATCH/,
    says: 'The device token belongs to another Firebase project than the service account.',
    cure: 'use the service account of the project whose google-services.json is in the app',
  },
  {
    of: 'Google',
    when: /THIRD_PARTY_AUTH_ERROR/,
    says: 'FCM reaches this device through Apple or web push, and the Firebase project has no valid key for that.',
    cure: 'upload the APNs key in the Firebase console, or register iPhones as APNS, which goes to Apple directly',
  },
  {
    of: 'Google',
    when: /PERMISSION_DENIED|^403\b/,
    says: 'The service account is not allowed to send in this project, or the Firebase Cloud Messaging API is disabled there.',
    cure: 'give the account the role "Firebase Cloud Messaging API Admin" in the project that its file names, and check that the API is enabled',
  },
  {
    of: 'Google',
    when: /UNREGISTERED/,
    says: 'The app was removed from this device, or was inactive for 270 days.',
    cure: 'get a new token from the app',
  },
  {
    of: 'Google',
    when: /NOT_FOUND|^404\b/,
    says: 'There is nothing at this address: the project of the service account does not exist, or something else answers.',
    cure: 'use the service account file of an existing project, and correct "url" if it is set',
  },
  {
    of: 'Google',
    when: /UNAUTHENTICATED|^401\b/,
    says: 'The access token is refused although it was just fetched.',
    cure: `leave out "url" if there is one; generate a new private key (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /not a valid FCM registration token/i,
    says: 'The device token is not an FCM token.',
    cure: "get a new token from the app; an iPhone's own token belongs to APNS",
  },
];

export function diagnose(answer: string, channel: ChannelName): Diagnosis | undefined {
  const who = channel === 'GCM' ? 'Google' : 'Apple';
  return DIAGNOSES.find(({ of, when }) => (of === undefined || of === who) && when.test(answer));
}
