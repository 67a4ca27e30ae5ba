// The channels of applications: whether their gateways would take a push.
import type { DeviceType } from './registrations.ts';

/** What {@link ChatpushClient.examineChannel} takes. */
export interface ExamineChannelRequest {
  /** ARN of the application. */
  pinpointAppArn: string;
  /** Which of its channels. */
  deviceType: DeviceType;
}

export interface ExamineChannelResponse {
  /** `unclear`: the gateway said nothing about the settings, because it is busy or broken. */
  state: 'healthy' | 'broken' | 'unclear';
  /** In the gateway's words, or the connection's. */
  answer: string;
  /** What that means. */
  says: string;
  /** What to do. Absent where nothing is to be done, or nobody knows what. */
  cure?: string;
}
