// What phones would show for a message, without sending it.
import type { ChatEvent } from './chat-events.ts';
import type { DeviceType } from './registrations.ts';

/** What {@link ChatpushClient.previewPush} takes: a message as in {@link ChatpushClient.putChatEvents}. */
export interface PreviewPushRequest extends Pick<
  ChatEvent,
  'content' | 'contentType' | 'displayName' | 'messageVisibility' | 'participantRole'
> {
  /** ARN of the application whose texts and settings apply. */
  pinpointAppArn: string;
  type: 'ATTACHMENT' | 'MESSAGE';
  /** Default `contact-id`. */
  contactId?: string;
  /** Default true. If false, the payload contains the application's generic text. */
  includeRawMessage?: boolean;
}

export interface PreviewPushResponse {
  /** One for each channel of the application; empty if the message would not be pushed. */
  previews: {
    deviceType: DeviceType;
    /** JSON: the body of the request to the gateway, with placeholders for device token, delivery id and message id. */
    payload: string;
  }[];
  /** Why the message would not be pushed. */
  reason?: string;
}
