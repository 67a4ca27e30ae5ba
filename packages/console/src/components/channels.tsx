// Which channels of each application are real and which are emulated.
import { useEffect, useState } from 'preact/hooks';
import { readChannels, type ChannelOnPage } from '../channels.ts';
import type { State } from '../state.ts';

/**
 * The doctor examines the channels after the service has started, and its verdicts arrive one by one. A verdict that is missing
 * after a minute may never arrive, and each read of `/readyz` is a write to the service's store, so the waits double.
 */
const AGAIN_AFTER_MS = { first: 5_000, atMost: 60_000 } as const;

/** Read after each reconnect, and again while a verdict is missing. Empty until the first answer, and without a service. */
export function useChannels({ hasService, connection }: State): readonly ChannelOnPage[] {
  const [channels, setChannels] = useState<readonly ChannelOnPage[]>([]);
  useEffect(() => {
    if (!hasService || connection !== 'live') return undefined;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitMs: number = AGAIN_AFTER_MS.first;
    const read = async (): Promise<void> => {
      // If the service cannot be reached, it is asked again later; the header shows the lost connection.
      const next = await readChannels().catch(() => undefined);
      if (isOver) return;
      if (next !== undefined) setChannels(next);
      if (next?.every(({ leads }) => !leads.includes('not examined yet')) === true) return;
      timer = setTimeout(() => void read(), waitMs);
      waitMs = Math.min(2 * waitMs, AGAIN_AFTER_MS.atMost);
    };
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [hasService, connection]);
  return channels;
}
