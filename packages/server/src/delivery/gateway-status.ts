// What probes, pages and metrics see of a gateway.
import type { Outlet } from './outlet.ts';

export interface GatewayStatus {
  readonly gateway: string;
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly reason: string | undefined;
  readonly applicationArn: string;
  readonly deviceType: string;
  /** Deliveries that are known to wait, here and in the store, as far as this node has counted. */
  readonly waiting: number;
  /** How long the oldest of them has waited, in milliseconds; 0 if none are waiting. */
  readonly waitingMs: number;
  /** Whether the channel cannot send, because of its breaker or because it has no connection or no credential. */
  readonly isOut: boolean;
  readonly held: number;
  readonly running: number;
  readonly credit: number;
  /** Registrations refused among so many others that nothing has been decided yet. */
  readonly doubted: number;
}

/** `now`: monotonic milliseconds. */
export function statusOf(outlet: Outlet, now: number): GatewayStatus {
  const { channel, gateway, breaker, quarantine, outage, held, stored, running, waitingSince } = outlet;
  return {
    applicationArn: channel.applicationArn,
    deviceType: channel.deviceType,
    waiting: held + stored,
    waitingMs: Math.max(0, now - waitingSince),
    gateway: gateway.name,
    breaker: breaker.state,
    reason: breaker.reason,
    isOut: outage !== undefined,
    held,
    running,
    credit: gateway.credit,
    doubted: quarantine.noted,
  };
}
