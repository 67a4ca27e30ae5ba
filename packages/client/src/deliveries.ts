// The delivery log: what became of every notification on its way to a device.

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

/** `skipped` deliveries never started, `withdrawn` ones were stopped by a delete; `reason` says why. */
export type DeliveryStatus = 'queued' | 'accepted' | 'rejected' | 'expired' | 'withdrawn' | 'skipped';

/** What one request to a gateway ended in. `unsent`: it never left. `unknown`: it left, and no answer came back. */
export type AttemptOutcome = 'accepted' | 'rejected' | 'unsent' | 'unknown';

export interface DeliveryAttempt {
  /** ISO 8601, UTC. */
  at: string;
  outcome: AttemptOutcome;
  /** The gateway that was asked, and whether it is a real or an emulated one. */
  gateway: string;
  /** The gateway's own words, where it said any. */
  answer?: string;
}

export interface Delivery {
  deliveryId: string;
  /** The chat event it tells about. */
  messageId: string;
  registrationId?: string;
  status: DeliveryStatus;
  reason?: string;
  /** Of what waits for a channel that cannot send now: why, in the words of the gateway or of the connection. */
  detail?: string;
  /** The first 2 and the last 8 attempts. */
  attempts: DeliveryAttempt[];
  /** How many attempts there were. */
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
