// The delivery log: what became of each notification.

/** What {@link ChatpushClient.listDeliveries} takes. */
export interface ListDeliveriesRequest {
  /** Identifier of the instance, 1–100 characters. */
  instanceId: string;
  /** Identifier of the chat, 1–256 characters. */
  contactId: string;
  /** Size of a page, 1–100. */
  maxResults?: number;
  /** `nextToken` of the page before. */
  nextToken?: string;
}

/** `skipped`: never attempted. `withdrawn`: stopped because the registration was deleted. `reason` says why. */
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
  /** The chat event that caused it. */
  messageId: string;
  registrationId?: string;
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
}

export interface ListDeliveriesResponse {
  /** Newest first. */
  deliveries: Delivery[];
  /** Present when there is another page. */
  nextToken?: string;
}
