// All operations by name. Adding one: its value in operations/, a line here, its function in the server's operations/.
import type { InputOf, OutputOf } from './operation.ts';
import { putChatEvents } from './operations/chat-events.ts';
import { startChatContact, stopContact } from './operations/contacts.ts';
import { listDeliveries } from './operations/deliveries.ts';
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
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type Input<N extends OperationName> = InputOf<(typeof OPERATIONS)[N]>;
export type Output<N extends OperationName> = OutputOf<(typeof OPERATIONS)[N]>;
