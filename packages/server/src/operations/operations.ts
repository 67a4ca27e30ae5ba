// All operations together, one function per name in wire's table.
import { createApplicationHandlers } from './applications/handlers.ts';
import { examineChannel } from './channel-examination.ts';
import { putChatEvents } from './chat-events.ts';
import { startChatContact, stopContact } from './contacts.ts';
import { getDelivery, listDeliveries } from './deliveries.ts';
import { createDeliveryCounts } from './delivery-counts.ts';
import type { OperationDependencies } from './dependencies.ts';
import type { Handlers } from './handlers.ts';
import { listNodes } from './nodes.ts';
import { createParticipant, createParticipantConnection, sendMessage } from './participants.ts';
import { previewPush } from './push-preview.ts';
import { replayDelivery, withdrawDelivery } from './replay.ts';
import {
  createRegistration,
  deleteRegistration,
  getRegistration,
  listRegistrations,
} from './registrations.ts';

export const createHandlers = (dependencies: OperationDependencies): Handlers => ({
  ...createApplicationHandlers(dependencies),
  CreatePushNotificationRegistration: (input) => createRegistration(dependencies, input),
  DeletePushNotificationRegistration: (input) => deleteRegistration(dependencies, input),
  ListPushNotificationRegistrations: (input) => listRegistrations(dependencies, input),
  GetRegistration: (input) => getRegistration(dependencies, input),
  PutChatEvents: (input) => putChatEvents(dependencies, input),
  ListDeliveries: (input) => listDeliveries(dependencies, input),
  ExamineChannel: (input) => examineChannel(dependencies, input),
  GetDelivery: (input) => getDelivery(dependencies, input),
  GetDeliveryCounts: createDeliveryCounts(dependencies),
  ReplayDelivery: (input, call) => replayDelivery(dependencies, input, call),
  WithdrawDelivery: (input, call) => withdrawDelivery(dependencies, input, call),
  PreviewPush: (input) => previewPush(dependencies, input),
  ListNodes: () => listNodes(dependencies),
  StartChatContact: (input) => startChatContact(dependencies, input),
  StopContact: (input) => stopContact(dependencies, input),
  CreateParticipant: (input) => createParticipant(dependencies, input),
  CreateParticipantConnection: (input, { participant }) =>
    createParticipantConnection(dependencies, input, participant),
  SendMessage: (input, { participant }) => sendMessage(dependencies, input, participant),
});
