// A Lambda function for the contact flow, as in Amazon's guide "Enable push notifications for mobile chat". Put it at the start
// of the flow. It registers the customer's phone with chatpush and starts the stream that delivers the chat's messages to
// chatpush.
//
// There are two services, two clients and two kinds of credentials. chatpush cannot verify the role that this function runs as,
// so it needs its own access key. Amazon Connect is called with the role, which needs connect:StartContactStreaming. Do not set
// AWS_ENDPOINT_URL_CONNECT here: it would send both to chatpush.
import { createHash } from 'node:crypto';
import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  StartContactStreamingCommand,
} from '@aws-sdk/client-connect';
import type { DeviceType } from '@aws-sdk/client-connect';

/**
 * The part of the flow's event that is used: https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html
 */
export interface ContactFlowEvent {
  readonly Details: {
    readonly ContactData: {
      /** The attributes that the app passed to StartChatContact. */
      readonly Attributes: { readonly deviceToken?: string; readonly deviceType?: string };
      readonly InitialContactId: string;
      readonly InstanceARN: string;
    };
  };
}

/** The function's settings, from its environment. */
export interface Settings {
  readonly CHATPUSH_URL: string;
  readonly CHATPUSH_ACCESS_KEY_ID: string;
  readonly CHATPUSH_SECRET_ACCESS_KEY: string;
  /** The application that has the app's channels. */
  readonly APPLICATION_ARN: string;
  /** The SNS topic that chatpush subscribes to. */
  readonly TOPIC_ARN: string;
}

export function createHandler(settings: Settings, region: string) {
  const chatpush = new ConnectClient({
    region,
    endpoint: settings.CHATPUSH_URL,
    credentials: {
      accessKeyId: settings.CHATPUSH_ACCESS_KEY_ID,
      secretAccessKey: settings.CHATPUSH_SECRET_ACCESS_KEY,
    },
  });
  const amazon = new ConnectClient({ region });

  return async ({ Details: { ContactData } }: ContactFlowEvent): Promise<Record<string, string>> => {
    const { Attributes, InitialContactId, InstanceARN } = ContactData;
    // A chat from a web page has no phone.
    if (!Attributes.deviceToken || !Attributes.deviceType) return { push: 'no device' };
    const InstanceId = InstanceARN.split('/').at(-1)!;
    // Lambda may run twice for one chat. Client tokens derived from chat and phone make both calls idempotent.
    const token = (purpose: string) =>
      createHash('sha256').update(`${purpose} ${InitialContactId} ${Attributes.deviceToken}`).digest('hex');
    // Register before starting the stream, so that no message arrives before there is a phone to push it to.
    const { RegistrationId } = await chatpush.send(
      new CreatePushNotificationRegistrationCommand({
        InstanceId,
        PinpointAppArn: settings.APPLICATION_ARN,
        DeviceToken: Attributes.deviceToken,
        DeviceType: Attributes.deviceType as DeviceType,
        // The id that a chat keeps across transfers.
        ContactConfiguration: { ContactId: InitialContactId, IncludeRawMessage: true },
        ClientToken: token('register'),
      }),
    );
    const { StreamingId } = await amazon.send(
      new StartContactStreamingCommand({
        InstanceId,
        ContactId: InitialContactId,
        ChatStreamingConfiguration: { StreamingEndpointArn: settings.TOPIC_ARN },
        ClientToken: token('stream'),
      }),
    );
    return { push: 'on', registrationId: RegistrationId!, streamingId: StreamingId! };
  };
}
