// Readiness and metrics of the node that serves this page, polled every few seconds while the page is visible.
import { useEffect, useState } from 'preact/hooks';
import { figuresOf, type Figures, type Reading } from './figures.ts';
import { parseMetrics } from './metrics-text.ts';

const EVERY_MS = 3_000;

export interface Health {
  ready: boolean;
  checks: Readonly<Record<string, string>>;
  figures: Figures;
}

async function read(before: Reading | undefined): Promise<{ health: Health; reading: Reading }> {
  const [ready, metrics] = await Promise.all([fetch('/readyz'), fetch('/metrics')]);
  const { checks } = (await ready.json()) as { checks: Record<string, string> };
  const reading = { atMs: performance.now(), samples: parseMetrics(await metrics.text()) };
  return { health: { ready: ready.ok, checks, figures: figuresOf(reading, before) }, reading };
}

/** `unreachable` is true while the service does not answer; its last answer stays. */
export function useHealth(): { health?: Health; isUnreachable: boolean } {
  const [said, setSaid] = useState<{ health?: Health; isUnreachable: boolean }>({ isUnreachable: false });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let before: Reading | undefined;
    const ask = async (): Promise<void> => {
      // A page in the background does not poll.
      const answer = document.hidden ? undefined : await read(before).catch(() => 'unreachable' as const);
      if (isOver) return;
      if (answer === 'unreachable') setSaid(({ health }) => ({ health, isUnreachable: true }));
      else if (answer !== undefined) {
        before = answer.reading;
        setSaid({ health: answer.health, isUnreachable: false });
      }
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return said;
}
