// Contacts (chats): starting and stopping them, and adding a bot.
import type { ParticipantRole } from './registrations.ts';

/** What {@link ChatpushClient.startChatContact} takes. */
export interface StartChatContactRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** The flow that handles the chat, up to 500 characters. chatpush runs no flows and ignores this. */
  contactFlowId: string;
  /** Attributes of the chat; their keys are kept as they are. Together at most 32,768 bytes in UTF-8. */
  attributes?: { [key: string]: string };
  /** The customer. */
  participantDetails: ParticipantDetails;
  /** The customer's first message. */
  initialMessage?: ChatMessage;
  /** As in {@link CreatePushNotificationRegistrationRequest.clientToken}. */
  clientToken?: string;
  /** 60–10,080. */
  chatDurationInMinutes?: number;
  supportedMessagingContentTypes?: readonly string[];
  persistentChat?: PersistentChat;
  relatedContactId?: string;
  /** 1–128 characters. */
  customerId?: string;
  /**
   * Asks Amazon Connect to return connection credentials with this call. chatpush refuses it: call CreateParticipantConnection.
   */
  connectionTypes?: readonly string[];
  /** Where Amazon Connect should stream the chat. chatpush does not stream, and refuses it. */
  chatStreamingConfiguration?: ChatStreamingConfiguration;
}

export interface ChatStreamingConfiguration {
  /** 1–350 characters. */
  streamingEndpointArn: string;
}

export interface ParticipantDetails {
  /** 1–256 characters. */
  displayName: string;
}

export interface ChatMessage {
  /** MIME type such as `text/plain`, 1–100 characters. */
  contentType: string;
  /** 1–16,384 characters. */
  content: string;
}

export interface PersistentChat {
  rehydrationType?: 'ENTIRE_PAST_SESSION' | 'FROM_SEGMENT';
  sourceContactId?: string;
}

export interface StartChatContactResponse {
  contactId: string;
  participantId: string;
  /** The token the customer's app connects with, up to 1,000 characters. Keep it secret from other customers. */
  participantToken: string;
}

/** What {@link ChatpushClient.stopContact} takes. */
export interface StopContactRequest {
  /** Identifier of the chat, 1–256 characters. */
  contactId: string;
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  disconnectReason?: DisconnectReason;
}

export interface DisconnectReason {
  /** 1–100 characters. */
  code?: string;
}

/** Empty: a successful stop returns nothing. */
export interface StopContactResponse {}

/** What {@link ChatpushClient.createParticipant} takes. */
export interface CreateParticipantRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** Identifier of the chat, 1–256 characters. */
  contactId: string;
  /** As in {@link CreatePushNotificationRegistrationRequest.clientToken}. */
  clientToken?: string;
  /** Who joins. */
  participantDetails: NewParticipant;
}

export interface NewParticipant {
  /** In chats only `CUSTOM_BOT` joins this way. */
  participantRole?: ParticipantRole;
  /** 1–256 characters. */
  displayName?: string;
}

export interface CreateParticipantResponse {
  participantCredentials: ParticipantCredentials;
  participantId: string;
}

export interface ParticipantCredentials {
  /** The token the participant connects to the Participant Service with. Keep it secret from other participants. */
  participantToken: string;
  /** ISO 8601 time. */
  expiry: string;
}
