// Which channels are real and which emulated, application by application.
import { useEffect, useState } from 'preact/hooks';
import { readChannels, type ChannelOnPage } from '../channels.ts';
import type { State } from '../state.ts';

/**
 * The doctor looks at channels after the service has started, and its verdicts come one by one. One that has not come in the
 * first minute may never do, and each look is a write of the service's store: waits double.
 */
const AGAIN_AFTER_MS = { first: 5_000, atMost: 60_000 } as const;

/** Read whenever the connection is made anew, and again while a verdict is missing. Empty until then, and without a service. */
export function useChannels({ hasService, connection }: State): readonly ChannelOnPage[] {
  const [channels, setChannels] = useState<readonly ChannelOnPage[]>([]);
  useEffect(() => {
    if (!hasService || connection !== 'live') return undefined;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitMs: number = AGAIN_AFTER_MS.first;
    const read = async (): Promise<void> => {
      // A service that cannot be asked now is asked again; the header says that the connection is lost.
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
