// Calls to the service beside the emulator, signed and through our own client, as any backend would call it.
import {
  AccessDeniedException,
  createClient,
  DeviceType,
  ResourceNotFoundException,
  type Delivery,
  type ExamineChannelResponse,
  type GetRegistrationResponse,
  type DeliveryCount,
  type ListDeliveriesRequest,
  type ParticipantRole,
  type PreviewPushRequest,
  type PreviewPushResponse,
  type Registration,
  type ServiceNode,
} from '@chatpush/client';
import type { Kind } from './kinds.ts';
import { installPhone } from './emulator-api.ts';
import { fetchBySession, type Session } from './session.ts';
import type { Written } from './written.ts';

/** The page's credentials, instance and application; kept in memory only. */
export interface Access {
  accessKeyId: string;
  /** Absent if a session replaces the signature. */
  secretAccessKey?: string;
  instanceId: string;
  applicationArn: string;
}

/** The development defaults of the service, and the names that `npm run demo` uses. */
export const DEVELOPMENT_ACCESS: Access & { secretAccessKey: string } = {
  accessKeyId: 'test',
  secretAccessKey: 'test',
  instanceId: '11111111-2222-3333-4444-555555555555',
  applicationArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
};

export const accessOf = (session: Session | undefined): Access =>
  session === undefined
    ? DEVELOPMENT_ACCESS
    : { accessKeyId: session.accessKeyId, instanceId: session.instances[0] ?? '', applicationArn: '' };

const clientFor = ({ accessKeyId, secretAccessKey, applicationArn }: Access) =>
  createClient({
    endpoint: location.origin,
    // In production the service may require its own region, which the application's ARN contains.
    region: applicationArn.split(':')[3] || 'us-east-1',
    // With a session, fetchBySession removes the signature, so any secret will do.
    credentials: { accessKeyId, secretAccessKey: secretAccessKey ?? 'none' },
    ...(secretAccessKey === undefined && { fetch: fetchBySession }),
  });

export interface Device {
  deviceToken: string;
  deviceType: DeviceType;
}

/** A device token in the format of Apple (32 bytes in hex) or Google (an opaque string). */
export function newDevice(deviceType: DeviceType): Device {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    deviceType,
    deviceToken: deviceType === DeviceType.GCM ? `${hex.slice(0, 22)}:APA91b${hex}` : hex,
  };
}

/** Adds the phone to the page before its first push. */
export const addPhone = ({ deviceToken, deviceType }: Device): Promise<unknown> =>
  installPhone(deviceToken, deviceType);

export const register = (
  access: Access,
  { deviceToken, deviceType }: Device,
  contactId: string,
  includeRawMessage: boolean,
): Promise<{ registrationId: string }> =>
  clientFor(access).createPushNotificationRegistration({
    instanceId: access.instanceId,
    pinpointAppArn: access.applicationArn,
    deviceToken,
    deviceType,
    contactConfiguration: { contactId, includeRawMessage },
  });

/** Sends a message into the chat and returns the service's result for it. */
export async function write(
  access: Access,
  { eventId, contactId, displayName, content }: Written,
  participantRole: ParticipantRole,
  { type, contentType }: Pick<Kind, 'type' | 'contentType'>,
): Promise<{ deliveries: number; reason?: string }> {
  const { results } = await clientFor(access).putChatEvents({
    instanceId: access.instanceId,
    events: [
      {
        id: eventId,
        contactId,
        type,
        contentType,
        content,
        participantRole,
        displayName,
      },
    ],
  });
  const [result] = results;
  if (result === undefined) throw new Error('The service answered without a result.');
  return result;
}

/** Starts a chat and returns its id. */
export async function startChat({ instanceId, ...access }: Access): Promise<string> {
  const { contactId } = await clientFor({ instanceId, ...access }).startChatContact({
    instanceId,
    contactFlowId: 'console',
    participantDetails: { displayName: 'Customer' },
  });
  return contactId;
}

export const endChat = (access: Access, contactId: string): Promise<unknown> =>
  clientFor(access).stopContact({ instanceId: access.instanceId, contactId });

/** Examines a channel at its gateway now. */
export const examineChannel = (
  access: Access,
  pinpointAppArn: string,
  deviceType: string,
): Promise<ExamineChannelResponse> =>
  clientFor(access).examineChannel({ pinpointAppArn, deviceType: deviceType as DeviceType });

/** What phones would receive for a message. */
export const previewPush = (access: Access, message: PreviewPushRequest): Promise<PreviewPushResponse> =>
  clientFor(access).previewPush(message);

/** The live nodes; undefined: the key may not see them. */
export const listNodes = async (access: Access): Promise<readonly ServiceNode[] | undefined> =>
  (await clientFor(access).listNodes({}).catch(unlessDenied))?.nodes;

/** For calls that work only if the key allows them, and may be left out. */
export function unlessDenied(error: unknown): undefined {
  if (error instanceof AccessDeniedException) return undefined;
  throw error;
}

/** Which deliveries are listed; the filters are texts of the address, and the service says what is wrong with them. */
export interface DeliveryFilter {
  status?: string | undefined;
  reason?: string | undefined;
  pinpointAppArn?: string | undefined;
  deviceType?: string | undefined;
  startTime?: string | undefined;
  endTime?: string | undefined;
}

/** A page that has nothing yet goes on, so often: each looks at 50,000 deliveries. */
const MOST_EMPTY_PAGES = 20;

/** The newest deliveries of an instance, `pages` times 50. */
export async function listDeliveries(
  access: Access,
  filter: DeliveryFilter,
  pages: number,
): Promise<{ deliveries: readonly Delivery[]; hasMore: boolean }> {
  const client = clientFor(access);
  const asked = { ...filter, instanceId: access.instanceId, maxResults: 50 } as ListDeliveriesRequest;
  const deliveries: Delivery[] = [];
  let nextToken: string | undefined;
  for (let call = 0; call < pages + MOST_EMPTY_PAGES; call += 1) {
    const page = await client.listDeliveries({ ...asked, ...(nextToken !== undefined && { nextToken }) });
    deliveries.push(...page.deliveries);
    ({ nextToken } = page);
    if (nextToken === undefined || deliveries.length >= pages * 50) break;
  }
  return { deliveries, hasMore: nextToken !== undefined };
}

export const readDelivery = async (access: Access, deliveryId: string): Promise<Delivery | undefined> =>
  (await clientFor(access).getDelivery({ instanceId: access.instanceId, deliveryId }).catch(unlessUnknown))
    ?.delivery;

/** The contact of a registration id. */
export const readRegistration = (
  access: Access,
  registrationId: string,
): Promise<GetRegistrationResponse | undefined> =>
  clientFor(access).getRegistration({ instanceId: access.instanceId, registrationId }).catch(unlessUnknown);

export const readCounts = async (access: Access): Promise<readonly DeliveryCount[]> =>
  (await clientFor(access).getDeliveryCounts({ instanceId: access.instanceId })).counts;

export const replayDelivery = async (access: Access, deliveryId: string): Promise<Delivery> =>
  (await clientFor(access).replayDelivery({ instanceId: access.instanceId, deliveryId })).delivery;

export const withdrawDelivery = async (access: Access, deliveryId: string): Promise<Delivery> =>
  (await clientFor(access).withdrawDelivery({ instanceId: access.instanceId, deliveryId })).delivery;

/** What the service knows about a contact. */
export interface KnownContact {
  /** Absent after the contact ended, or if it was never registered or started. */
  registrations?: readonly Registration[];
  /** Newest first. */
  deliveries: readonly Delivery[];
  /** Whether there are more, older deliveries. */
  hasMore: boolean;
}

const PAGE = 100;

const unlessUnknown = (error: unknown): undefined => {
  if (error instanceof ResourceNotFoundException) return undefined;
  throw error;
};

/** The contact with its newest `pages` × 100 deliveries; undefined if the service knows nothing about it. */
export async function readContact(
  access: Access,
  contactId: string,
  pages = 1,
): Promise<KnownContact | undefined> {
  const client = clientFor(access);
  const of = { instanceId: access.instanceId, contactId, maxResults: PAGE };
  const [registered, newest] = await Promise.all([
    client.listPushNotificationRegistrations(of).catch(unlessUnknown),
    client.listDeliveries(of).catch(unlessUnknown),
  ]);
  if (registered === undefined && newest === undefined) return undefined;
  const deliveries = [...(newest?.deliveries ?? [])];
  let nextToken = newest?.nextToken;
  for (let page = 1; page < pages && nextToken !== undefined; page += 1) {
    const older = await client.listDeliveries({ ...of, nextToken });
    deliveries.push(...older.deliveries);
    ({ nextToken } = older);
  }
  return { registrations: registered?.registrations, deliveries, hasMore: nextToken !== undefined };
}
