// Requests shared by several test files.
import { createClient } from '@chatpush/client';
import type {
  ChatpushClient,
  ClientOptions,
  CreatePushNotificationRegistrationRequest,
} from '@chatpush/client';

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export const clientOf = (server: { readonly url: string }, options: ClientOptions = {}): ChatpushClient =>
  createClient({ region: 'us-east-1', endpoint: server.url, credentials: CREDENTIALS, ...options });

export const CREATE: CreatePushNotificationRegistrationRequest = {
  instanceId: '12345678-1234-1234-1234-123456789012',
  deviceToken: '0a1b2c',
  deviceType: 'APNS',
  pinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:123456789012:apps/0123456789abcdef',
  contactConfiguration: { contactId: 'contact-1' },
};

/** The error of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}
