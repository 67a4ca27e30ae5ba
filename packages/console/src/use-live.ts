// Hooks for the page's state and the current time.
import { useEffect, useState } from 'preact/hooks';
import type { Live } from './live.ts';

const CLOCK_EVERY_MS = 5_000;

export function useLive(live: Live): Live['state'] {
  const [state, setState] = useState(live.state);
  useEffect(() => live.subscribe(() => setState(live.state)), [live]);
  return state;
}

/** Milliseconds since 1970, updated every few seconds. */
export function useClock(everyMs = CLOCK_EVERY_MS): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
