// The circuit breaker of one gateway: closed, open until a time, or half open for one probe.
//
//   closed ──(half of the last answers bad, or a refused credential)──► open ──(time)──► half open ──good──► closed
//                                                                        ▲                  │
//                                                                        └───(any bad)──────┘ twice the time
//
// While it is open, no work is claimed for its lanes; their rows stay in the store, where they may expire (claims.ts).
import type { Sign } from './decide.ts';
import { BREAKER, backOffMs } from './retry.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  /** How many attempts may begin, given how many are running. */
  allows(running: number): number;
  record(sign: Sign): void;
  readonly state: BreakerState;
  /** Why it is not closed. */
  readonly reason: string | undefined;
  /** Milliseconds until a probe may go; 0 when it is not open. */
  opensInMs(): number;
}

interface Answer {
  readonly at: number;
  readonly bad: boolean;
}

export function createBreaker(monotonic: () => number, random: () => number = Math.random): Breaker {
  let answers: Answer[] = [];
  let openUntil = 0;
  let tripped = 0;
  let reason: string | undefined;

  const state = (): BreakerState =>
    tripped === 0 ? 'closed' : monotonic() < openUntil ? 'open' : 'half-open';

  const trip = (why: string, baseMs: number, maxMs: number): void => {
    // Half of the wait is fixed, half is jitter, so that nodes that saw the same outage do not probe at the same
    // moment.
    const waitMs = Math.min(maxMs, baseMs * 2 ** Math.min(tripped, 20));
    openUntil = monotonic() + waitMs / 2 + backOffMs(0, waitMs / 2, waitMs / 2, random());
    tripped++;
    reason = why;
    answers = [];
  };

  const badShare = (): number => {
    const since = monotonic() - BREAKER.windowMs;
    const recent = answers.filter((answer) => answer.at >= since);
    return recent.length < BREAKER.minAnswers ? 0 : recent.filter(({ bad }) => bad).length / recent.length;
  };

  return {
    allows: (running) => {
      const now = state();
      return now === 'closed' ? Infinity : now === 'open' ? 0 : Math.max(0, 1 - running);
    },
    record: (sign) => {
      if (sign === 'neutral') return;
      const probing = state() !== 'closed';
      if (sign === 'credential') {
        // Answers of attempts that were in flight when it opened bring no new information.
        if (state() !== 'open') trip('credential', BREAKER.credentialBaseMs, BREAKER.credentialMaxMs);
        return;
      }
      if (probing) {
        if (state() === 'open') return;
        if (sign === 'busy') trip(reason ?? 'gateway', BREAKER.baseMs, BREAKER.maxMs);
        else {
          tripped = 0;
          reason = undefined;
        }
        return;
      }
      answers.push({ at: monotonic(), bad: sign === 'busy' });
      if (answers.length > 200) answers.splice(0, 100);
      if (sign === 'busy' && badShare() >= BREAKER.badShare) trip('gateway', BREAKER.baseMs, BREAKER.maxMs);
    },
    get state() {
      return state();
    },
    get reason() {
      return reason;
    },
    opensInMs: () => (tripped === 0 ? 0 : Math.max(0, openUntil - monotonic())),
  };
}
