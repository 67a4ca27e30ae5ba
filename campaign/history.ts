// The records that a run writes and the checker reads. Times are milliseconds since the epoch.

/** A chat event that the load sent to the service. */
export interface ToldEvent {
  readonly id: string;
  readonly contactId: string;
  /** Device tokens registered before the first call. */
  readonly devices: readonly string[];
  /** When the acknowledged call was answered; absent if no call was acknowledged. */
  acknowledgedAt?: number;
  /** After this time no attempt may start. */
  readonly expiresAt: number;
}

/** A request that a gateway accepted, duplicates included. */
export interface Receipt {
  readonly gateway: string;
  readonly deviceToken: string;
  readonly messageId: string;
  /** APNs only. */
  readonly apnsId?: string;
  readonly at: number;
}

/** A deleted registration. */
export interface Deletion {
  readonly deviceToken: string;
  readonly answeredAt: number;
}

/** A row of the service's own delivery log. */
export interface LoggedDelivery {
  readonly deliveryId: string;
  readonly messageId: string;
  readonly deviceToken: string;
  readonly attemptsAt: readonly number[];
}

/** When a fault was active. */
export interface Fault {
  readonly from: number;
  readonly to: number;
}

export interface History {
  readonly events: readonly ToldEvent[];
  readonly receipts: readonly Receipt[];
  readonly deletions: readonly Deletion[];
  readonly log: readonly LoggedDelivery[];
  readonly faults: readonly Fault[];
  /** From the first event to the last. */
  readonly load: Fault;
}
