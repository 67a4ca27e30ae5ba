// Devices that get too many pushes according to the gateway: paused for a while, then tried with one delivery.
//
//   free ──busy──► paused ──(time)──► one delivery begins ──any other answer──► free
//                    ▲                      │
//                    └──busy, for longer────┘
//
// Deliveries for a paused device become due again spread over time, not at once: only one of them can begin.
import type { Clock } from '../clock.ts';
import { DEVICE_PAUSE } from './retry.ts';

export interface PausedDevices {
  /** How long a delivery for this device token should wait, in milliseconds; 0: it may begin in this tick. */
  waitMs(device: string): number;
  /** Consecutive pauses before an answer that arrives now. */
  pauses(device: string): number;
  /** An attempt begins. */
  began(device: string): void;
  /** An attempt ended, and the gateway asks for a pause. */
  pause(device: string, forMs: number): void;
  /** An attempt ended otherwise; `answered`: with an answer of the gateway. */
  ended(device: string, answered: boolean): void;
  /** Drops devices that have had no attempt for a long time. */
  forgetOld(): void;
}

interface Pause {
  until: number;
  forMs: number;
  pauses: number;
  /** The one delivery is being sent. */
  asking: boolean;
}

export function createPausedDevices(clock: Pick<Clock, 'monotonic'>, random: () => number): PausedDevices {
  const paused = new Map<string, Pause>();
  /** Nearly always there are none, and looking a token up costs its hash. */
  const pauseOf = (device: string): Pause | undefined => (paused.size === 0 ? undefined : paused.get(device));
  const isOver = ({ until }: Pause): boolean => until <= clock.monotonic();

  return {
    waitMs: (device) => {
      const pause = pauseOf(device);
      if (pause === undefined || (isOver(pause) && !pause.asking)) return 0;
      const leftMs = isOver(pause) ? DEVICE_PAUSE.leastMs : pause.until - clock.monotonic();
      return leftMs + random() * Math.min(pause.forMs, DEVICE_PAUSE.spreadMs);
    },
    pauses: (device) => {
      const pause = pauseOf(device);
      // Attempts that were running when the pause began bring no new information.
      return pause === undefined ? 0 : isOver(pause) ? pause.pauses : pause.pauses - 1;
    },
    began: (device) => {
      const pause = pauseOf(device);
      if (pause) pause.asking = true;
    },
    pause: (device, forMs) => {
      const before = paused.get(device);
      const until = clock.monotonic() + forMs;
      if (before && !isOver(before)) before.until = Math.max(before.until, until);
      else paused.set(device, { until, forMs, pauses: (before?.pauses ?? 0) + 1, asking: false });
    },
    ended: (device, answered) => {
      const pause = pauseOf(device);
      if (pause === undefined || !isOver(pause)) return;
      if (answered) paused.delete(device);
      else pause.asking = false;
    },
    forgetOld: () => {
      for (const [device, { until, asking }] of paused)
        if (!asking && until + DEVICE_PAUSE.mostMs <= clock.monotonic()) paused.delete(device);
    },
  };
}
