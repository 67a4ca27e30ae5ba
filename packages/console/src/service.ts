// The service beside the emulator, called as any backend calls it: signed, through our own client.
import { createClient, DeviceType, type ParticipantRole } from '@chatpush/client';
import { installPhone } from './emulator-api.ts';
import type { Written } from './written.ts';

/** Whom the page speaks as and to; kept in memory only. */
export interface Access {
  accessKeyId: string;
  secretAccessKey: string;
  instanceId: string;
  applicationArn: string;
}

/** The service's development defaults, and the names that `npm run demo` uses. */
export const DEVELOPMENT_ACCESS: Access = {
  accessKeyId: 'test',
  secretAccessKey: 'test',
  instanceId: '11111111-2222-3333-4444-555555555555',
  applicationArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
};

const clientFor = ({ accessKeyId, secretAccessKey, applicationArn }: Access) =>
  createClient({
    endpoint: location.origin,
    // In production the service may hold callers to its region, which the application's ARN names.
    region: applicationArn.split(':')[3] || 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });

export interface Device {
  deviceToken: string;
  deviceType: DeviceType;
}

/** A device token of the form that Apple or Google would issue: 32 bytes in hex, or an opaque text. */
export function newDevice(deviceType: DeviceType): Device {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    deviceType,
    deviceToken: deviceType === DeviceType.GCM ? `${hex.slice(0, 22)}:APA91b${hex}` : hex,
  };
}

/** Puts the phone onto the page, dark, before its first push. */
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

/** Sends a message into the chat; what the service made of it. */
export async function write(
  access: Access,
  { eventId, contactId, displayName, content }: Written,
  participantRole: ParticipantRole,
): Promise<{ deliveries: number; reason?: string }> {
  const { results } = await clientFor(access).putChatEvents({
    instanceId: access.instanceId,
    events: [
      {
        id: eventId,
        contactId,
        type: 'MESSAGE',
        contentType: 'text/plain',
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
