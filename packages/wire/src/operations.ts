// All operations by name. Adding one: its value in operations/, a line here, its function in the server's operations/.
import type { InputOf, OutputOf } from './operation.ts';
import {
  createApp,
  deleteApp,
  getApp,
  getApplicationNotification,
  getApplicationSettings,
  getApps,
  listTagsForResource,
  tagResource,
  untagResource,
  updateApplicationNotification,
  updateApplicationSettings,
} from './operations/applications.ts';
import {
  deleteApnsChannel,
  deleteApnsSandboxChannel,
  deleteGcmChannel,
  getApnsChannel,
  getApnsSandboxChannel,
  getChannels,
  getGcmChannel,
  updateApnsChannel,
  updateApnsSandboxChannel,
  updateGcmChannel,
} from './operations/application-channels.ts';
import { examineChannel } from './operations/channel-examination.ts';
import { putChatEvents } from './operations/chat-events.ts';
import { startChatContact, stopContact } from './operations/contacts.ts';
import {
  getDelivery,
  getDeliveryCounts,
  listDeliveries,
  replayDelivery,
  withdrawDelivery,
} from './operations/deliveries.ts';
import { sendMessages } from './operations/direct-messages.ts';
import {
  createIntegrationAssociation,
  deleteIntegrationAssociation,
  listIntegrationAssociations,
} from './operations/integration-associations.ts';
import { listNodes } from './operations/nodes.ts';
import { createParticipant, createParticipantConnection, sendMessage } from './operations/participants.ts';
import { previewPush } from './operations/push-preview.ts';
import {
  createPushNotificationRegistration,
  deletePushNotificationRegistration,
  getRegistration,
  listPushNotificationRegistrations,
} from './operations/registrations.ts';

export const OPERATIONS = {
  CreatePushNotificationRegistration: createPushNotificationRegistration,
  DeletePushNotificationRegistration: deletePushNotificationRegistration,
  ListPushNotificationRegistrations: listPushNotificationRegistrations,
  GetRegistration: getRegistration,
  PutChatEvents: putChatEvents,
  ListDeliveries: listDeliveries,
  ExamineChannel: examineChannel,
  GetDelivery: getDelivery,
  GetDeliveryCounts: getDeliveryCounts,
  ReplayDelivery: replayDelivery,
  WithdrawDelivery: withdrawDelivery,
  PreviewPush: previewPush,
  ListNodes: listNodes,
  StartChatContact: startChatContact,
  StopContact: stopContact,
  CreateParticipant: createParticipant,
} as const;

/** The operations that set up applications: Pinpoint's, which use another signing name, and Connect's associations. */
export const APPLICATION_OPERATIONS = {
  CreateApp: createApp,
  GetApp: getApp,
  GetApps: getApps,
  DeleteApp: deleteApp,
  GetApnsChannel: getApnsChannel,
  UpdateApnsChannel: updateApnsChannel,
  DeleteApnsChannel: deleteApnsChannel,
  GetApnsSandboxChannel: getApnsSandboxChannel,
  UpdateApnsSandboxChannel: updateApnsSandboxChannel,
  DeleteApnsSandboxChannel: deleteApnsSandboxChannel,
  GetGcmChannel: getGcmChannel,
  UpdateGcmChannel: updateGcmChannel,
  DeleteGcmChannel: deleteGcmChannel,
  GetChannels: getChannels,
  GetApplicationSettings: getApplicationSettings,
  UpdateApplicationSettings: updateApplicationSettings,
  GetApplicationNotification: getApplicationNotification,
  UpdateApplicationNotification: updateApplicationNotification,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
  SendMessages: sendMessages,
  CreateIntegrationAssociation: createIntegrationAssociation,
  ListIntegrationAssociations: listIntegrationAssociations,
  DeleteIntegrationAssociation: deleteIntegrationAssociation,
} as const;

/** The operations of the Participant Service, which Amazon serves at a separate address and chatpush at the same one. */
export const PARTICIPANT_OPERATIONS = {
  CreateParticipantConnection: createParticipantConnection,
  SendMessage: sendMessage,
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type ParticipantOperationName = keyof typeof PARTICIPANT_OPERATIONS;
export type ApplicationOperationName = keyof typeof APPLICATION_OPERATIONS;
type All = typeof OPERATIONS & typeof PARTICIPANT_OPERATIONS & typeof APPLICATION_OPERATIONS;
export type Input<N extends keyof All> = InputOf<All[N]>;
export type Output<N extends keyof All> = OutputOf<All[N]>;
