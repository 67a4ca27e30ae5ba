// The delivery log: the outcome of each notification, and the operations on a delivery.
import type { DeviceType } from './registrations.ts';

/** What {@link ChatpushClient.listDeliveries} takes. */
export interface ListDeliveriesRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** Identifier of the chat, 1–256 characters. Absent: the whole instance, narrowed by the filters that follow. */
  contactId?: string;
  /** `undelivered` means rejected, expired or withdrawn. `skipped` deliveries are listed only on request. */
  status?: DeliveryStatus | 'undelivered';
  reason?: string;
  pinpointAppArn?: string;
  deviceType?: DeviceType;
  /** ISO 8601: accepted at this time or later. */
  startTime?: string;
  /** ISO 8601: accepted before this time. */
  endTime?: string;
  /** Size of a page, 1–100. */
  maxResults?: number;
  /** `nextToken` of the previous page. */
  nextToken?: string;
}

/** `skipped`: never attempted. `withdrawn`: stopped, for example because the registration was deleted. `reason` says why. */
export type DeliveryStatus = 'queued' | 'accepted' | 'rejected' | 'expired' | 'withdrawn' | 'skipped';

/** The outcome of one request to a gateway. `unsent`: it was never sent. `unknown`: it was sent and got no answer. */
export type AttemptOutcome = 'accepted' | 'rejected' | 'unsent' | 'unknown';

export interface DeliveryAttempt {
  /** ISO 8601, UTC. */
  at: string;
  outcome: AttemptOutcome;
  /** Which gateway, and whether it is a real or an emulated one. */
  gateway: string;
  /** The gateway's own reason, if it gave one. */
  answer?: string;
}

export interface Delivery {
  deliveryId: string;
  /** The chat that has the registration. */
  contactId: string;
  /** The chat event that caused it. */
  messageId: string;
  registrationId?: string;
  /** The application and its channel; absent if the delivery never started. */
  pinpointAppArn?: string;
  deviceType?: DeviceType;
  status: DeliveryStatus;
  reason?: string;
  /** Why the channel cannot send now, as the gateway or the connection put it. Only for deliveries that wait for it. */
  detail?: string;
  /** The first 2 and the last 8 attempts. */
  attempts: DeliveryAttempt[];
  /** The total number of attempts. */
  attemptCount: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC; absent if the delivery never started. */
  expiresAt?: string;
  /** Whether it was not delivered and its content is kept for {@link ChatpushClient.replayDelivery}. */
  canReplay: boolean;
}

export interface ListDeliveriesResponse {
  /** Newest first. A page of a whole instance may hold fewer than `maxResults`, even none, and have a next one. */
  deliveries: Delivery[];
  /** Present when there is another page. */
  nextToken?: string;
}

/** What {@link ChatpushClient.getDelivery} takes. */
export interface GetDeliveryRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  deliveryId: string;
}

export interface GetDeliveryResponse {
  delivery: Delivery;
}

/** What {@link ChatpushClient.getDeliveryCounts} takes. */
export interface GetDeliveryCountsRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** 1–180. Default 60. */
  minutes?: number;
  /** ISO 8601: the last minute contains this time. Default: now. */
  endTime?: string;
}

export interface DeliveryCount {
  /** The start of the minute, ISO 8601, UTC. */
  at: string;
  started: number;
  /** How many of them have been rejected, expired or withdrawn so far. */
  undelivered: number;
}

export interface GetDeliveryCountsResponse {
  /** Oldest first. */
  counts: DeliveryCount[];
}

/** What {@link ChatpushClient.replayDelivery} takes. */
export interface ReplayDeliveryRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  deliveryId: string;
}

export interface ReplayDeliveryResponse {
  /** As it is now. */
  delivery: Delivery;
}

/** What {@link ChatpushClient.withdrawDelivery} takes. */
export interface WithdrawDeliveryRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  deliveryId: string;
}

export interface WithdrawDeliveryResponse {
  /** As it is now. */
  delivery: Delivery;
}
