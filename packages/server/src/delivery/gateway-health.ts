// What an outlet notes of its gateway as it goes; outages are told from it.
import type { Trouble } from '../gateways/gateway.ts';

/** What an outlet notes of its gateway as it goes. */
export interface GatewayHealth {
  /** What the gateway reports of itself: no connection, or no credential. */
  trouble: Trouble | undefined;
  /** The last answer that was not good, or what came in place of one. */
  lastRefusal: string;
  /** Attempts that were answered, whatever was said. */
  answers: number;
  /** An attempt waited for long, and nothing was answered meanwhile. */
  isSilent: boolean;
}

export const newHealth = (): GatewayHealth => ({
  trouble: undefined,
  lastRefusal: '',
  answers: 0,
  isSilent: false,
});

/** Kept in the outlet while it is out. */
export interface Standing {
  readonly since: number;
  isTold: boolean;
}
