// All operations together, one function per name in wire's table.
import { createApplicationHandlers } from './applications/handlers.ts';
import { examineChannel } from './channel-examination.ts';
import { putChatEvents } from './chat-events.ts';
import { startChatContact, stopContact } from './contacts.ts';
import { listDeliveries } from './deliveries.ts';
import type { OperationDependencies } from './dependencies.ts';
import type { Handlers } from './handlers.ts';
import { createParticipant, createParticipantConnection, sendMessage } from './participants.ts';
import { createRegistration, deleteRegistration, listRegistrations } from './registrations.ts';

export const createHandlers = (dependencies: OperationDependencies): Handlers => ({
  ...createApplicationHandlers(dependencies),
  CreatePushNotificationRegistration: (input) => createRegistration(dependencies, input),
  DeletePushNotificationRegistration: (input) => deleteRegistration(dependencies, input),
  ListPushNotificationRegistrations: (input) => listRegistrations(dependencies, input),
  PutChatEvents: (input) => putChatEvents(dependencies, input),
  ListDeliveries: (input) => listDeliveries(dependencies, input),
  ExamineChannel: (input) => examineChannel(dependencies, input),
  StartChatContact: (input) => startChatContact(dependencies, input),
  StopContact: (input) => stopContact(dependencies, input),
  CreateParticipant: (input) => createParticipant(dependencies, input),
  CreateParticipantConnection: (input, { participant }) =>
    createParticipantConnection(dependencies, input, participant),
  SendMessage: (input, { participant }) => sendMessage(dependencies, input, participant),
});
