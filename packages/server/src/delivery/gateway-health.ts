import type { Trouble } from '../gateways/gateway.ts';

/** An outlet's running record of its gateway, from which outages are derived. */
export interface GatewayHealth {
  /** The gateway's own report: no connection, or no credential. */
  trouble: Trouble | undefined;
  /** The last answer that was not good, or what came instead of one. */
  lastRefusal: string;
  /** Attempts that were answered, with any answer. */
  answers: number;
  /** An attempt waited for a long time, and nothing was answered meanwhile. */
  isSilent: boolean;
}

export const newHealth = (): GatewayHealth => ({
  trouble: undefined,
  lastRefusal: '',
  answers: 0,
  isSilent: false,
});

/** Kept in the outlet during an outage. */
export interface Standing {
  readonly since: number;
  isTold: boolean;
}
