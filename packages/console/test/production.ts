// A service as in production, for tests and screenshots: real channels (to a remote emulator), two tenants, people who sign in.
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import { openService, type OpenService } from './scene.ts';

export const ADMIN = { id: 'ADMIN', secret: 'the secret of the administrator' };
export const READER = { id: 'READER', secret: 'the secret of the reader' };
const ARN = 'arn:aws:mobiletargeting:eu-central-1:123456789012:apps/support';

/** `alsoEmulated`: its Android channel is emulated. */
export async function openProduction({ alsoEmulated = false } = {}): Promise<OpenService> {
  const elsewhere = await startEmulator();
  const { keyId, teamId, privateKey, topic } = elsewhere.credentials.apns;
  const apns = {
    gateway: 'apns',
    topic,
    keyId,
    teamId,
    privateKey,
    ca: elsewhere.ca,
    url: elsewhere.apns.url,
  };
  const service = await openService({
    console: 'sign-in',
    accessKeys: [
      { ...ADMIN, instances: 'all' },
      { ...READER, instances: ['support'], actions: ['chatpush:List*'] },
    ],
    instances: ['support', 'bank'],
    applications: [
      { arn: ARN, channels: { APNS: apns, ...(alsoEmulated && { GCM: { gateway: 'emulated' } }) } },
    ],
  });
  const client = createClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: ADMIN.id, secretAccessKey: ADMIN.secret },
  });
  for (const instanceId of ['support', 'bank']) {
    const contactId = `chat-of-${instanceId}`;
    await client.createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: ARN,
      deviceToken: 'ab'.repeat(32),
      deviceType: 'APNS',
      contactConfiguration: { contactId, includeRawMessage: true },
    });
    await client.putChatEvents({
      instanceId,
      events: [
        {
          id: `${contactId}-1`,
          contactId,
          type: 'MESSAGE',
          contentType: 'text/plain',
          content: 'Hello, how can I help you?',
          participantRole: 'AGENT',
          displayName: 'Ana',
        },
      ],
    });
  }
  return {
    ...service,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await elsewhere.close();
    },
  };
}
