// All gateways in use, opened when the first delivery of one of their lanes appears.
import type { Clock } from '../clock.ts';
import type { Gateway, GatewayEvents } from '../gateways/gateway.ts';
import { createBreaker } from './breaker.ts';
import { createOutlet } from './outlet.ts';
import type { Outlet } from './outlet.ts';
import { createPace } from './pace.ts';
import { createPausedDevices } from './paused-devices.ts';
import { createQuarantine } from './quarantine.ts';
import type { QuarantineEvents } from './quarantine.ts';
import { parseLane } from './work.ts';

/** Where a lane leads, as the composition root knows it; undefined: the application has no such channel. */
export type OpenGateway = (
  lane: { readonly applicationArn: string; readonly deviceType: string },
  events: GatewayEvents,
) => { readonly gateway: Gateway; readonly family: 'apns' | 'fcm' } | undefined;

export interface Outlets {
  /** The outlet of a lane; undefined when its channel is not configured. */
  of(lane: string): Outlet | undefined;
  all(): Iterable<Outlet>;
}

export function createOutlets(
  openGateway: OpenGateway,
  clock: Clock,
  random: () => number,
  on: {
    credit(outlet: Outlet): void;
    trouble: (channel: string, ...args: Parameters<GatewayEvents['trouble']>) => void;
    doubted: (channel: string, ...args: Parameters<QuarantineEvents['doubted']>) => void;
  },
): Outlets {
  const byChannel = new Map<string, Outlet | undefined>();
  return {
    of: (lane) => {
      const { applicationArn, deviceType } = parseLane(lane);
      const channel = `${applicationArn} ${deviceType}`;
      if (byChannel.has(channel)) return byChannel.get(channel);
      const opened = openGateway(
        { applicationArn, deviceType },
        {
          credit: () => {
            const outlet = byChannel.get(channel);
            if (outlet) on.credit(outlet);
          },
          trouble: (trouble) => on.trouble(channel, trouble),
        },
      );
      const outlet =
        opened &&
        createOutlet(
          opened.gateway,
          opened.family,
          createBreaker(() => clock.monotonic(), random),
          createQuarantine(() => clock.monotonic(), {
            doubted: (share) => on.doubted(channel, share),
          }),
          createPausedDevices(clock, random),
          createPace(clock),
          clock.monotonic(),
        );
      byChannel.set(channel, outlet);
      return outlet;
    },
    all: function* () {
      for (const outlet of byChannel.values()) if (outlet) yield outlet;
    },
  };
}
