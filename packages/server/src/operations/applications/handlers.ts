// The operations that set up applications, one function per name in wire's table.
import type { OperationDependencies } from '../dependencies.ts';
import type { ApplicationHandlers } from '../handlers.ts';
import { createApp, deleteApp, getApp, getApplicationSettings, getApps } from './applications.ts';
import {
  createIntegrationAssociation,
  deleteIntegrationAssociation,
  listIntegrationAssociations,
} from './associations.ts';
import {
  deleteApnsChannel,
  deleteGcmChannel,
  getApnsChannel,
  getChannels,
  getGcmChannel,
  updateApnsChannel,
  updateGcmChannel,
} from './channels.ts';
import { sendMessages } from './direct-messages.ts';
import { getApplicationNotification, updateApplicationNotification } from './notification.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

export const createApplicationHandlers = (its: OperationDependencies): ApplicationHandlers => ({
  CreateApp: (input, call) => createApp(its, input, call),
  GetApp: (input, call) => getApp(its, input, call),
  GetApps: (input, call) => getApps(its, input, call),
  DeleteApp: (input, call) => deleteApp(its, input, call),
  GetApnsChannel: (input, call) => getApnsChannel(its, 'APNS', input, call),
  UpdateApnsChannel: (input, call) => updateApnsChannel(its, 'APNS', input, call),
  DeleteApnsChannel: (input, call) => deleteApnsChannel(its, 'APNS', input, call),
  GetApnsSandboxChannel: (input, call) => getApnsChannel(its, 'APNS_SANDBOX', input, call),
  UpdateApnsSandboxChannel: (input, call) => updateApnsChannel(its, 'APNS_SANDBOX', input, call),
  DeleteApnsSandboxChannel: (input, call) => deleteApnsChannel(its, 'APNS_SANDBOX', input, call),
  GetGcmChannel: (input, call) => getGcmChannel(its, input, call),
  UpdateGcmChannel: (input, call) => updateGcmChannel(its, input, call),
  DeleteGcmChannel: (input, call) => deleteGcmChannel(its, input, call),
  GetChannels: (input, call) => getChannels(its, input, call),
  GetApplicationSettings: (input, call) => getApplicationSettings(its, input, call),
  // There is nothing to set, and its shape refuses any attempt to.
  UpdateApplicationSettings: (input, call) => getApplicationSettings(its, input, call),
  GetApplicationNotification: (input, call) => getApplicationNotification(its, input, call),
  UpdateApplicationNotification: (input, call) => updateApplicationNotification(its, input, call),
  TagResource: (input) => tagResource(its, input),
  UntagResource: (input) => untagResource(its, input),
  ListTagsForResource: (input) => listTagsForResource(its, input),
  SendMessages: (input, call) => sendMessages(its, input, call),
  CreateIntegrationAssociation: (input, call) => createIntegrationAssociation(its, input, call),
  ListIntegrationAssociations: (input, call) => listIntegrationAssociations(its, input, call),
  DeleteIntegrationAssociation: (input) => deleteIntegrationAssociation(its, input),
});
