// All gateways in use: opened when the first delivery of one of their lanes appears, and reopened when their
// channel changes.
import { turnTime, type Clock } from '../clock.ts';
import type { Gateway, GatewayEvents } from '../gateways/gateway.ts';
import { createBreaker } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { createOutlet } from './outlet.ts';
import type { Outlet } from './outlet.ts';
import { createPace } from './pace.ts';
import { createPausedDevices } from './paused-devices.ts';
import { createQuarantine } from './quarantine.ts';
import type { QuarantineEvents } from './quarantine.ts';
import { parseLane } from './work.ts';

export interface Channel {
  readonly applicationArn: string;
  readonly deviceType: string;
}

/** Opens the gateway of a lane; undefined: the application has no such channel. */
export type OpenGateway = (
  lane: Channel,
  events: GatewayEvents,
) => { readonly gateway: Gateway; readonly family: 'apns' | 'fcm' } | undefined;

/** A text that changes when a gateway must be reopened; undefined: the application has no such channel now. */
export type ChannelVersion = (lane: Channel) => string | undefined;

export interface Outlets {
  /** The outlet of a lane; undefined if its channel is not configured. */
  of(lane: string): Outlet | undefined;
  /** The same, but also that of a channel that is no longer configured: for work that began earlier. */
  known(lane: string): Outlet;
  all(): Iterable<Outlet>;
  /**
   * Reopens gateways whose channels have changed; the old ones close when their attempts have ended. Returns the
   * outlets of these and of removed channels.
   */
  refresh(): { readonly changed: readonly Outlet[]; readonly removed: readonly Outlet[] };
  /** Closes all gateways, replaced ones included. */
  close(graceMs: number): Promise<void>;
}

/** How long running attempts may take to end on a replaced gateway: as long as those of a node that stops. */
const REPLACED_GRACE_MS = 10_000;

/** Replaces the gateway of a removed channel. It accepts nothing, so held deliveries go back to the store. */
export const REMOVED: Gateway = {
  name: 'none',
  credit: 0,
  want: () => undefined,
  attempt: async () => ({ kind: 'unsent', answer: 'the channel was removed', ms: 0 }),
  close: async () => undefined,
};

interface Entry {
  readonly version: string | undefined;
  readonly outlet: Outlet | undefined;
}

export function createOutlets(
  { openGateway, channelVersion }: { openGateway: OpenGateway; channelVersion: ChannelVersion },
  clock: Clock,
  random: () => number,
  on: {
    credit(outlet: Outlet): void;
    doubted: (channel: string, ...args: Parameters<QuarantineEvents['doubted']>) => void;
    trouble(outlet: Outlet): void;
  },
): Outlets {
  const byChannel = new Map<string, Entry>();
  /** Replaced gateways that are closing. */
  const replaced = new Set<Promise<void>>();
  const nameOf = ({ applicationArn, deviceType }: Channel): string => `${applicationArn} ${deviceType}`;
  const turn = turnTime(clock);
  const newBreaker = (): Breaker => createBreaker(turn, random);

  function open(channel: Channel): ReturnType<OpenGateway> {
    const name = nameOf(channel);
    let gateway: Gateway | undefined;
    const isCurrent = (): boolean => byChannel.get(name)?.outlet?.gateway === gateway;
    const opened = openGateway(channel, {
      credit: () => {
        const outlet = byChannel.get(name)?.outlet;
        if (outlet && isCurrent()) on.credit(outlet);
      },
      // Problems of a replaced gateway while it closes say nothing about the channel.
      trouble: (trouble) => {
        const outlet = byChannel.get(name)?.outlet;
        if (!outlet || !isCurrent()) return;
        outlet.health.trouble = trouble;
        on.trouble(outlet);
      },
    });
    gateway = opened?.gateway;
    return opened;
  }

  function entryOf(lane: string): Entry {
    const channel = parseLane(lane);
    const name = nameOf(channel);
    const before = byChannel.get(name);
    if (before) return before;
    const opened = open(channel);
    const outlet =
      opened &&
      createOutlet(
        { applicationArn: channel.applicationArn, deviceType: channel.deviceType },
        opened.gateway,
        opened.family,
        newBreaker(),
        createQuarantine(turn, {
          doubted: (share) => on.doubted(name, share),
        }),
        createPausedDevices(clock, random),
        createPace({ monotonic: turn }),
        clock.monotonic(),
      );
    const entry = { version: channelVersion(channel), outlet };
    byChannel.set(name, entry);
    return entry;
  }

  return {
    of: (lane) => {
      const { version, outlet } = entryOf(lane);
      return version === undefined ? undefined : outlet;
    },
    known: (lane) => {
      const { outlet } = entryOf(lane);
      if (outlet === undefined) throw new Error(`no gateway was ever opened for ${lane}`);
      return outlet;
    },
    all: function* () {
      for (const { outlet } of byChannel.values()) if (outlet) yield outlet;
    },
    refresh: () => {
      const changed: Outlet[] = [];
      const removed: Outlet[] = [];
      for (const [name, { version: before, outlet }] of byChannel) {
        const channel = channelOf(name);
        const version = channelVersion(channel);
        if (version === before) continue;
        if (!outlet) {
          byChannel.delete(name);
          continue;
        }
        const old = outlet.gateway;
        const opened = version === undefined ? undefined : open(channel);
        outlet.replace(opened?.gateway ?? REMOVED, newBreaker());
        byChannel.set(name, { version: opened && version, outlet });
        const closed = old.close(REPLACED_GRACE_MS).finally(() => replaced.delete(closed));
        replaced.add(closed);
        (opened ? changed : removed).push(outlet);
      }
      return { changed, removed };
    },
    close: async (graceMs) => {
      const open = [...byChannel.values()].map(({ outlet }) => outlet?.gateway.close(graceMs));
      await Promise.all([...open, ...replaced]);
    },
  };
}

const channelOf = (name: string): Channel => {
  const at = name.indexOf(' ');
  return { applicationArn: name.slice(0, at), deviceType: name.slice(at + 1) };
};
