// What a run writes down, and what the checker reads: plain records, times in milliseconds since the epoch.

/** A chat event that the load told the service of. */
export interface ToldEvent {
  readonly id: string;
  readonly contactId: string;
  /** Device tokens whose registration had been answered before the first call. */
  readonly devices: readonly string[];
  /** When the call that was acknowledged got its answer; absent: no call was. */
  acknowledgedAt?: number;
  /** After this time no attempt may begin. */
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

/** A registration that was deleted. */
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

/** When a fault was in force. */
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
