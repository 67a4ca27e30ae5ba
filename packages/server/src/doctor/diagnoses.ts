// What stands behind a refusal, and what to do about it: a sentence each for every reason that has to do with settings.
//
// Apple: developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns. Google:
// firebase.google.com/docs/cloud-messaging/error-codes and developers.google.com/identity/protocols/oauth2/service-account.

import type { ChannelName } from '../config/config.ts';

export interface Diagnosis {
  /** Whose words they are; absent: anyone's on the way there. */
  readonly of?: 'Apple' | 'Google';
  /** Found in the gateway's words or the fault's code. The first row that fits counts. */
  readonly when: RegExp;
  readonly says: string;
  readonly cure: string;
}

const CLOCK = "set this machine's clock (NTP)";
const APPLE_KEYS = "Apple's developer site, Certificates, Identifiers & Profiles, Keys";
const GOOGLE_KEYS = 'Firebase console, Project settings, Service accounts';

/** A success that no gateway would have given. */
export const SAYS_YES_TO_ALL: Diagnosis = {
  when: /\d without apns-id|\d without the name of a message/,
  says: 'Something answers in the place of the gateway and says yes to everything, so nothing reaches a phone: a filter that looks into TLS, a page that asks for a log-in, or what "url" names.',
  cure: 'let the connection to the gateway pass unchanged through what stands between, and correct "url" or leave it out',
};

export const DIAGNOSES: readonly Diagnosis[] = [
  // The credential itself.
  {
    when: /CHATPUSH_SECRET_KEY/,
    says: 'The credential is stored encrypted, and the key that it was encrypted under is not here.',
    cure: 'set CHATPUSH_SECRET_KEY as on the node that stored it, on every node and for commands',
  },
  {
    when: /It does not open: the text was changed|does not fit together/,
    says: 'The stored credential is damaged.',
    cure: 'give the channel its credential again with UpdateApnsChannel, UpdateApnsSandboxChannel or UpdateGcmChannel',
  },
  // The way there.
  {
    when: /PROXY_407/,
    says: 'The proxy wants a user and a password, or does not accept those it got.',
    cure: 'put them into the URL in "proxy": http://user:password@host:port, percent-encoded',
  },
  {
    when: /PROXY_UNREACHABLE/,
    says: 'The proxy cannot be reached.',
    cure: 'correct "proxy" in the settings, or let this machine through to it',
  },
  {
    when: /PROXY_NOT_HTTP/,
    says: 'What is named as the proxy answers something other than HTTP.',
    cure: 'correct host, port and scheme of "proxy" in the settings: http:// or https://, and no SOCKS',
  },
  {
    when: /PROXY_\d/,
    says: 'The proxy refuses to connect to the gateway.',
    cure: "allow CONNECT to the gateway's host and port on the proxy, or use port 2197 for Apple where only that is open",
  },
  {
    when: /^(?:407|451|511)\b/,
    says: 'Something between this machine and the gateway refuses the request: a proxy or a network that wants a log-in, or a filter.',
    cure: 'let the connection to the gateway pass unchanged through what stands between',
  },
  {
    when: /DNS_TIMEOUT/,
    says: 'No name server answers.',
    cure: 'make DNS work on this machine (/etc/resolv.conf), or state a "proxy", which then looks names up',
  },
  {
    when: /ENOTFOUND|EAI_AGAIN/,
    says: 'The name of the gateway cannot be found.',
    cure: 'make DNS work on this machine, or state a "proxy", which then looks names up',
  },
  {
    when: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    says: "By this machine's clock the gateway's certificate is not valid now.",
    cure: CLOCK,
  },
  {
    when: /ERR_TLS_CERT_ALTNAME_INVALID/,
    says: 'Something answers with a certificate for another name than the gateway’s.',
    cure: 'correct "url", or find out what answers in the place of the gateway',
  },
  {
    when: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET/,
    says: 'The gateway\'s certificate is from an authority that is not trusted: something on the way looks into TLS, or "ca" is the wrong bundle.',
    cure: 'give the authorities of your network in "ca" of the channel, or leave "ca" out where nothing looks into TLS',
  },
  {
    when: /ALERT.*CERTIFICATE|ALERT_UNKNOWN_CA/,
    says: 'The gateway refuses the certificate that was shown.',
    cure: 'make a new push certificate for the app and export it with its key',
  },
  {
    when: /NO_HTTP2|ERR_SSL_|EPROTO|WRONG_VERSION|ALERT_PROTOCOL/,
    says: 'Something answers that does not speak HTTP/2 over TLS, as the gateways do.',
    cure: 'correct "url" or "port", or let the connection pass unchanged through what stands between',
  },
  {
    when: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|took too long|nothing happened|no answer within/,
    says: 'The gateway cannot be reached.',
    cure: 'open the firewall for TCP to the gateway (Apple: port 443, or 2197 with "port": 2197; Google: 443), or state a "proxy"',
  },
  SAYS_YES_TO_ALL,
  // Apple.
  {
    of: 'Apple',
    when: /\bInvalidProviderToken\b/,
    says: 'Apple does not take the signature: key id, team id and key do not belong together, the key was revoked, or this machine’s clock is wrong.',
    cure: `compare keyId and teamId with ${APPLE_KEYS}; look whether the key is still there; ${CLOCK}`,
  },
  {
    of: 'Apple',
    when: /\bExpiredProviderToken\b/,
    says: 'Apple finds the signature too old, though it was made anew: this machine’s clock is slow.',
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
    says: 'The certificate is for the other environment: APNS_SANDBOX takes development certificates, APNS those for production.',
    cure: 'export the certificate of this environment',
  },
  {
    of: 'Apple',
    when: /\bBadCertificate\b/,
    says: 'Apple does not take the certificate.',
    cure: 'make a new push certificate for the app and export it with its key',
  },
  {
    of: 'Apple',
    when: /\bTopicDisallowed\b/,
    says: 'The key or certificate may not send to this topic.',
    cure: 'correct "topic" (the bundle id of the app), or use a key of the team that the app belongs to, not limited to other topics',
  },
  {
    of: 'Apple',
    when: /\bBadTopic\b/,
    says: 'Apple knows no such topic.',
    cure: 'write the bundle id of the app as "topic", exactly as in Xcode',
  },
  {
    of: 'Apple',
    when: /\bMissingTopic\b/,
    says: 'No topic is stated, and the certificate covers several.',
    cure: 'write the bundle id of the app as "topic"',
  },
  {
    of: 'Apple',
    when: /\bDeviceTokenNotForTopic\b/,
    says: 'The device token belongs to another app than the topic of this channel.',
    cure: 'register the device with the application of its app, or correct "topic"',
  },
  {
    of: 'Apple',
    when: /\bBadDeviceToken\b/,
    says: 'Apple knows no such device token in this environment: builds run from Xcode have tokens for APNS_SANDBOX, those from TestFlight and the App Store for APNS, and neither works in the other.',
    cure: 'register the device with the other DeviceType, or take the token anew from the app',
  },
  {
    of: 'Apple',
    when: /\bMissingProviderToken\b/,
    says: 'Apple saw neither a signature nor a certificate; a proxy that ends TLS takes the certificate away.',
    cure: 'let the connection to Apple pass unchanged, or use a key instead of a certificate',
  },
  {
    of: 'Apple',
    when: /\bUnrelatedKeyIdInToken\b/,
    says: 'Apple saw another key on this connection before.',
    cure: 'nothing: a new connection is made; where it stays, something between joins connections',
  },
  {
    of: 'Apple',
    when: /\bTooManyProviderTokenUpdates\b/,
    says: 'Apple saw too many signatures of this key: something else uses it, and signs anew for every push.',
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
    says: 'The app is no longer on this device, or has another token since.',
    cure: 'take the token anew from the app',
  },
  // Google's token endpoint.
  {
    of: 'Google',
    when: /neither token nor error|token endpoint: 404/,
    says: 'What answers is not Google’s token endpoint.',
    cure: `look at token_uri in the service account file, which Google writes as https://oauth2.googleapis.com/token (download it anew: ${GOOGLE_KEYS}), and let the connection pass unchanged through what stands between`,
  },
  {
    of: 'Google',
    when: /short-lived token|reasonable timeframe/i,
    says: 'Google finds the time of the signature wrong: this machine’s clock is off.',
    cure: CLOCK,
  },
  {
    of: 'Google',
    when: /account not found/i,
    says: 'Google knows no such service account: it was deleted.',
    cure: `make a new key of an account that is there (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /invalid jwt signature/i,
    says: 'Google does not take the signature: this key of the service account was deleted or disabled.',
    cure: `generate a new private key (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /audience/i,
    says: 'The token_uri of the service account is not the one its keys are for.',
    cure: `download the service account file anew (${GOOGLE_KEYS})`,
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
    says: 'The Firebase Cloud Messaging API is off in this project.',
    cure: 'switch it on: Google Cloud console, APIs & Services, Firebase Cloud Messaging API; it takes minutes to work',
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
    says: 'This device is reached through Apple or web push, and the Firebase project has no valid key for that.',
    cure: 'upload the APNs key in the Firebase console, or register iPhones as APNS, which goes to Apple directly',
  },
  {
    of: 'Google',
    when: /PERMISSION_DENIED|^403\b/,
    says: 'The service account may not send in this project, or the Firebase Cloud Messaging API is off there.',
    cure: 'give the account the role "Firebase Cloud Messaging API Admin" in the project that its file names, and look whether the API is on',
  },
  {
    of: 'Google',
    when: /UNREGISTERED/,
    says: 'The app is no longer on this device, or was silent for 270 days.',
    cure: 'take the token anew from the app',
  },
  {
    of: 'Google',
    when: /NOT_FOUND|^404\b/,
    says: 'Nothing is there under this address: the project of the service account does not exist, or something else answers.',
    cure: 'take the service account file of a project that is there, and correct "url" if there is one',
  },
  {
    of: 'Google',
    when: /UNAUTHENTICATED|^401\b/,
    says: 'The access token is refused though it was fetched anew.',
    cure: `leave out "url" if there is one; generate a new private key (${GOOGLE_KEYS})`,
  },
  {
    of: 'Google',
    when: /not a valid FCM registration token/i,
    says: 'The device token is not an FCM token.',
    cure: "take the token anew from the app; an iPhone's own token belongs to APNS",
  },
];

export function diagnose(answer: string, channel: ChannelName): Diagnosis | undefined {
  const who = channel === 'GCM' ? 'Google' : 'Apple';
  return DIAGNOSES.find(({ of, when }) => (of === undefined || of === who) && when.test(answer));
}
