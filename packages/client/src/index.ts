// The public API of @chatpush/client.
export { ChatpushError } from './chatpush-error.ts';
export type { ChatpushErrorDetails, Fault } from './chatpush-error.ts';
export type {
  ChatEvent,
  ChatEventResult,
  PutChatEventsRequest,
  PutChatEventsResponse,
} from './chat-events.ts';
export type { ExamineChannelRequest, ExamineChannelResponse } from './channels.ts';
export { createClient } from './client.ts';
export type { CallOptions, ChatpushClient, ClientOptions } from './client.ts';
export { generateClientToken } from './client-token.ts';
export type {
  ChatMessage,
  CreateParticipantRequest,
  CreateParticipantResponse,
  DisconnectReason,
  NewParticipant,
  ParticipantCredentials,
  ParticipantDetails,
  ChatStreamingConfiguration,
  PersistentChat,
  StartChatContactRequest,
  StartChatContactResponse,
  StopContactRequest,
  StopContactResponse,
} from './contacts.ts';
export type { Credentials, CredentialsProvider } from './credentials.ts';
export type {
  AttemptOutcome,
  Delivery,
  DeliveryAttempt,
  DeliveryCount,
  DeliveryStatus,
  GetDeliveryCountsRequest,
  GetDeliveryCountsResponse,
  GetDeliveryRequest,
  GetDeliveryResponse,
  ListDeliveriesRequest,
  ListDeliveriesResponse,
  ReplayDeliveryRequest,
  ReplayDeliveryResponse,
  WithdrawDeliveryRequest,
  WithdrawDeliveryResponse,
} from './deliveries.ts';
export {
  AccessDeniedException,
  ConditionalOperationFailedException,
  ContactNotFoundException,
  InternalServiceException,
  InvalidParameterException,
  InvalidRequestException,
  LimitExceededException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ThrottlingException,
} from './exceptions.ts';
export type { ListNodesRequest, ListNodesResponse, ServiceNode } from './nodes.ts';
export type { PreviewPushRequest, PreviewPushResponse } from './push-preview.ts';
export { DeviceType, ParticipantRole } from './registrations.ts';
export type {
  ContactConfiguration,
  CreatePushNotificationRegistrationRequest,
  CreatePushNotificationRegistrationResponse,
  DeletePushNotificationRegistrationRequest,
  DeletePushNotificationRegistrationResponse,
  GetRegistrationRequest,
  GetRegistrationResponse,
  ListPushNotificationRegistrationsRequest,
  ListPushNotificationRegistrationsResponse,
  Registration,
  RegistrationStatus,
} from './registrations.ts';
