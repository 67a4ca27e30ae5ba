// An answer of the service, refreshed while it is shown: after news, and every few seconds. Only one request runs at a
// time: under a stream of news, slow answers would overlap, and none would be shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useClock } from './use-live.ts';

/** The minimum time between two requests, however much news there is. */
const AT_MOST_EVERY_MS = 1_000;

export interface Refreshed<Answer> {
  /** What the answer is about. */
  of?: string;
  /** The last answer; it stays while the next request is pending, and if it fails. */
  answer?: Answer;
  /** Why the last request failed. */
  problem?: string;
}

export interface Question<Answer> {
  /** What is asked about. */
  of: string;
  /** The whole question as text: equal texts are the same question. Default: `of`. */
  text?: string;
  /** Undefined: nothing is asked now. */
  ask: (() => Promise<Answer>) | undefined;
}

/** `news` changes whenever there may be a new answer. */
export function useRefreshed<Answer>(
  { of, text = of, ask }: Question<Answer>,
  everyMs: number,
  ...news: readonly unknown[]
): Refreshed<Answer> {
  const [read, setRead] = useState<Refreshed<Answer>>({});
  const tick = useClock(everyMs);
  const wanted = useRef({ of, text, ask });
  wanted.current = { of, text, ask };
  const own = useRef({
    running: undefined as string | undefined,
    hasMissedNews: false,
    isOver: false,
    askedAtMs: -Infinity,
    timer: undefined as ReturnType<typeof setTimeout> | undefined,
  }).current;

  function schedule(): void {
    clearTimeout(own.timer);
    const waitMs = own.askedAtMs + AT_MOST_EVERY_MS - performance.now();
    own.timer = setTimeout(() => void begin(), Math.max(0, waitMs));
  }

  async function begin(): Promise<void> {
    const { of, text, ask } = wanted.current;
    if (ask === undefined) return;
    if (own.running === text) {
      own.hasMissedNews = true;
      return;
    }
    own.running = text;
    own.hasMissedNews = false;
    own.askedAtMs = performance.now();
    const result = await ask().then(
      (answer) => ({ answer }),
      (error: Error) => ({ problem: error.message }),
    );
    if (own.running === text) own.running = undefined;
    if (own.isOver || wanted.current.text !== text) return;
    setRead(({ answer }) => ({ of, ...(answer !== undefined && { answer }), ...result }));
    if (own.hasMissedNews) schedule();
  }

  useEffect(schedule, [text, ask === undefined, tick, ...news]);
  useEffect(
    () => () => {
      own.isOver = true;
      clearTimeout(own.timer);
    },
    [],
  );
  return read;
}
