// Push notification registrations: which device is notified about which chat.

/** Where a device token comes from. */
export const DeviceType = {
  /** Apple Push Notification service, its production gateway. */
  APNS: 'APNS',
  /** Apple's development gateway, for builds signed with a development profile. */
  APNS_SANDBOX: 'APNS_SANDBOX',
  /** Firebase Cloud Messaging, under its former name. */
  GCM: 'GCM',
} as const;
/** `'APNS'`, `'APNS_SANDBOX'` or `'GCM'`. */
export type DeviceType = (typeof DeviceType)[keyof typeof DeviceType];

/** The participants of a chat. Only CUSTOMER can be registered; other roles are refused. */
export const ParticipantRole = {
  AGENT: 'AGENT',
  CUSTOMER: 'CUSTOMER',
  CUSTOM_BOT: 'CUSTOM_BOT',
  SUPERVISOR: 'SUPERVISOR',
  SYSTEM: 'SYSTEM',
} as const;
/** `'AGENT'`, `'CUSTOMER'`, `'CUSTOM_BOT'`, `'SUPERVISOR'` or `'SYSTEM'`. */
export type ParticipantRole = (typeof ParticipantRole)[keyof typeof ParticipantRole];

/** The chat that a device is registered for, and how much of a message its notifications show. */
export interface ContactConfiguration {
  /** Identifier of the chat, 1–256 characters. After a transfer, the registration of the contact's *initial* id still applies. */
  contactId: string;
  /** Only `CUSTOMER`, which is also the default. */
  participantRole?: ParticipantRole;
  /** Whether the notification contains the text of the message. Default false: it shows a fixed text. */
  includeRawMessage?: boolean;
}

/** What {@link ChatpushClient.createPushNotificationRegistration} takes. */
export interface CreatePushNotificationRegistrationRequest {
  /** Identifier of the Amazon Connect instance, the last part of its ARN, 1–100 characters. chatpush also accepts the ARN. */
  instanceId: string;
  /** The token that Apple or Google issued to the app on this device, 1–500 characters. */
  deviceToken: string;
  /** Which gateway issued the token. */
  deviceType: DeviceType;
  /** ARN of the Pinpoint or End User Messaging application that may push to the app, 1–2,048 characters. */
  pinpointAppArn: string;
  /** The chat to be notified about. */
  contactConfiguration: ContactConfiguration;
  /**
   * Makes the call idempotent: the same token with the same parameters returns the same registration. Case-sensitive, up to
   * 500 characters. Default: a generated UUID, used for every attempt of this call. To be able to repeat the call after a
   * crash, store a token ({@link generateClientToken}) before you call.
   */
  clientToken?: string;
}

export interface CreatePushNotificationRegistrationResponse {
  /** Identifier of the registration, 1–256 characters; opaque. */
  registrationId: string;
}

/** What {@link ChatpushClient.deletePushNotificationRegistration} takes. */
export interface DeletePushNotificationRegistrationRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** Identifier of the registration, 1–256 characters. */
  registrationId: string;
  /** Identifier of the chat it was made for, 1–256 characters. */
  contactId: string;
}

/** Empty: a successful delete returns nothing. */
export interface DeletePushNotificationRegistrationResponse {}

/** What {@link ChatpushClient.listPushNotificationRegistrations} takes. */
export interface ListPushNotificationRegistrationsRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** Identifier of the chat, 1–256 characters. */
  contactId: string;
  /** Size of a page, 1–100. */
  maxResults?: number;
  /** `nextToken` of the previous page. */
  nextToken?: string;
}

/** `SUSPENDED`: the gateway refused the token; no push goes out until the device is registered again or the channel changes. */
export type RegistrationStatus = 'ACTIVE' | 'SUSPENDED';

export interface Registration {
  registrationId: string;
  deviceType: DeviceType;
  /** Abbreviated: enough to distinguish devices, not enough to push to one. */
  deviceToken: string;
  pinpointAppArn: string;
  includeRawMessage: boolean;
  status: RegistrationStatus;
  /** ISO 8601, UTC, with milliseconds. */
  createdAt: string;
}

/** What {@link ChatpushClient.getRegistration} takes. */
export interface GetRegistrationRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  registrationId: string;
}

export interface GetRegistrationResponse {
  /** The chat it was created for; after a transfer, its initial contact. */
  contactId: string;
  /** Absent if it was removed. */
  registration?: Registration;
  /** ISO 8601, UTC; absent if it was not removed, or if that was more than a day ago. */
  removedAt?: string;
}

export interface ListPushNotificationRegistrationsResponse {
  registrations: Registration[];
  /** Present when there is another page. */
  nextToken?: string;
}
