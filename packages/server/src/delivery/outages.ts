// Reports what keeps a channel from sending as soon as it begins: to the log at once and then every minute, and to
// queries immediately.
//
// A channel is out while it cannot connect or has no credential, while its breaker is not closed, and while its
// gateway answers nothing: a new connection to APNs takes one push at a time, which would open no breaker.
import type { Clock } from '../clock.ts';
import type { LogReason } from './log-reason.ts';
import type { Outlet } from './outlet.ts';
import { OUTAGE_TOLD_EVERY_MS } from './retry.ts';

export interface Outage {
  readonly applicationArn: string;
  readonly deviceType: string;
  readonly gateway: string;
  /** `gateway`: it fails, or answers nothing. */
  readonly cause: 'connection' | 'credential' | 'gateway';
  /** The delivery log's reason for deliveries that wait meanwhile. */
  readonly reason: LogReason;
  /** The gateway's answer, or the connection error. */
  readonly answer: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Deliveries of this channel that are known to wait. */
  readonly waiting: number;
}

export interface Outages {
  /** Something happened that may have begun or ended an outage, or a minute may have passed. */
  look(outlet: Outlet): void;
  /** The current outages. */
  present(): Outage[];
}

export function createOutages(
  clock: Clock,
  outlets: () => Iterable<Outlet>,
  on: {
    /** `isNew`: it was not reported before. */
    outage(outage: Outage, isNew: boolean): void;
    over(outage: Outage): void;
  },
): Outages {
  return {
    look: (outlet) => {
      if (causeOf(outlet) === undefined) {
        const ended = outageOf(outlet);
        outlet.outage = undefined;
        outlet.health.lastRefusal = '';
        // An outage that came and went between two warnings was never reported.
        if (ended?.isTold) on.over(ended.outage);
        return;
      }
      outlet.outage ??= { since: clock.now(), isTold: false };
      const now = clock.monotonic();
      if (now - outlet.outageToldAt < OUTAGE_TOLD_EVERY_MS) return;
      const isNew = !outlet.outage.isTold;
      // If nothing is waiting any more, one report is enough.
      if (!isNew && outlet.held + outlet.stored + outlet.running === 0) return;
      outlet.outageToldAt = now;
      outlet.outage.isTold = true;
      on.outage(outageOf(outlet)!.outage, isNew);
    },
    present: () => [...outlets()].flatMap((outlet) => outageOf(outlet)?.outage ?? []),
  };
}

/** Why it cannot send now; a missing connection says more than the breaker that opened because of it. */
function causeOf({ health: { trouble, isSilent }, breaker }: Outlet): Outage['cause'] | undefined {
  if (trouble) return trouble.about;
  if (breaker.state === 'closed') return isSilent ? 'gateway' : undefined;
  return breaker.reason === 'credential' ? 'credential' : 'gateway';
}

function outageOf(outlet: Outlet): { readonly outage: Outage; readonly isTold: boolean } | undefined {
  if (outlet.outage === undefined) return undefined;
  const { since, isTold } = outlet.outage;
  const cause = causeOf(outlet) ?? 'gateway';
  const outage: Outage = {
    ...outlet.channel,
    gateway: outlet.gateway.name,
    cause,
    reason: cause === 'connection' ? 'gateway-unreachable' : 'breaker-open',
    answer: outlet.health.trouble?.answer ?? outlet.health.lastRefusal,
    since,
    waiting: outlet.held + outlet.stored + outlet.running,
  };
  return { outage, isTold };
}
