// All operations by name. Adding one: its value in operations/, a line here, its function in the server's operations/.
import type { InputOf, OutputOf } from './operation.ts';
import { putChatEvents } from './operations/chat-events.ts';
import { startChatContact, stopContact } from './operations/contacts.ts';
import { listDeliveries } from './operations/deliveries.ts';
import { createParticipant, createParticipantConnection, sendMessage } from './operations/participants.ts';
import {
  createPushNotificationRegistration,
  deletePushNotificationRegistration,
  listPushNotificationRegistrations,
} from './operations/registrations.ts';

export const OPERATIONS = {
  CreatePushNotificationRegistration: createPushNotificationRegistration,
  DeletePushNotificationRegistration: deletePushNotificationRegistration,
  ListPushNotificationRegistrations: listPushNotificationRegistrations,
  PutChatEvents: putChatEvents,
  ListDeliveries: listDeliveries,
  StartChatContact: startChatContact,
  StopContact: stopContact,
  CreateParticipant: createParticipant,
} as const;

/** The operations of the Participant Service, which Amazon serves at a separate address and chatpush at the same one. */
export const PARTICIPANT_OPERATIONS = {
  CreateParticipantConnection: createParticipantConnection,
  SendMessage: sendMessage,
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type ParticipantOperationName = keyof typeof PARTICIPANT_OPERATIONS;
type All = typeof OPERATIONS & typeof PARTICIPANT_OPERATIONS;
export type Input<N extends keyof All> = InputOf<All[N]>;
export type Output<N extends keyof All> = OutputOf<All[N]>;
