// The nodes: running processes of the service that share one store.

/** What {@link ChatpushClient.listNodes} takes: nothing. */
export interface ListNodesRequest {}

export interface ServiceNode {
  /** A node that lost its leases takes a new one. */
  nodeId: string;
  /** ISO 8601, UTC: when it first used this name. */
  since: string;
  /** ISO 8601, UTC, by the clock of the store. */
  lastHeartbeat: string;
  version?: string;
  host?: string;
  processId?: number;
}

export interface ListNodesResponse {
  /** Oldest first. */
  nodes: ServiceNode[];
}
