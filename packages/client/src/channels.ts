// The channels of applications: whether their gateways would accept a push.
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
  /** The gateway's own message, or the connection error. */
  answer: string;
  /** What the answer means. */
  says: string;
  /** How to fix it. Absent if there is nothing to fix, or no known fix. */
  cure?: string;
}
