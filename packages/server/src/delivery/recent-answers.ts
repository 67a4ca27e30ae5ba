// The last answer of a gateway for each device token, as a wave of refusals is judged by them.
//
//   nothing refused: noted one after another ──refused──► looked up by token ──all refusals forgotten──► noted
//
// Looking up the token of each accepted push took 1.5 µs: V8 keeps a table of all texts that were ever looked up, and a
// token is a new text each time. So nothing is looked up while nothing is refused.
import { QUARANTINE } from './retry.ts';

/** Answers, not tokens: some of them may be for the same. */
const MOST_NOTED = 2 * QUARANTINE.mostTokens;

export interface RecentAnswers {
  accepted(deviceToken: string): void;
  /** Returns how many tokens there are, and for how many of them the last answer was a refusal. */
  refused(deviceToken: string): { readonly refused: number; readonly of: number };
}

export function createRecentAnswers(monotonic: () => number): RecentAnswers {
  /** Accepted tokens, and when. Once there are `MOST_NOTED`, the newest replaces the oldest. */
  let noted: string[] = [];
  let notedAt: number[] = [];
  let oldest = 0;
  /** The oldest first. Empty while nothing is refused. */
  const byToken = new Map<string, { readonly at: number; readonly refused: boolean }>();
  let refusals = 0;

  function note(deviceToken: string, at: number): void {
    const place = noted.length < MOST_NOTED ? noted.length : oldest++ % MOST_NOTED;
    noted[place] = deviceToken;
    notedAt[place] = at;
  }

  function lookUpNoted(): void {
    for (let count = 0; count < noted.length; count++) {
      const place = (oldest + count) % noted.length;
      set(noted[place]!, notedAt[place]!, false);
    }
    noted = [];
    notedAt = [];
    oldest = 0;
  }

  function noteAll(): void {
    for (const [deviceToken, { at }] of byToken) note(deviceToken, at);
    byToken.clear();
  }

  function forget(deviceToken: string): void {
    if (byToken.get(deviceToken)?.refused) refusals--;
    byToken.delete(deviceToken);
  }

  function set(deviceToken: string, at: number, refused: boolean): void {
    forget(deviceToken);
    byToken.set(deviceToken, { at, refused });
    if (refused) refusals++;
  }

  function forgetOld(now: number): void {
    for (const [deviceToken, { at }] of byToken) {
      if (byToken.size <= QUARANTINE.mostTokens && at >= now - QUARANTINE.windowMs) break;
      forget(deviceToken);
    }
  }

  return {
    accepted(deviceToken) {
      const at = monotonic();
      if (refusals === 0) return note(deviceToken, at);
      set(deviceToken, at, false);
      // Only a refusal asks how many are refused. Looking for the oldest answer with each accepted push took 0.4 µs.
      if (byToken.size > QUARANTINE.mostTokens) forgetOld(at);
      if (refusals === 0) noteAll();
    },
    refused(deviceToken) {
      const at = monotonic();
      if (refusals === 0) lookUpNoted();
      set(deviceToken, at, true);
      forgetOld(at);
      return { refused: refusals, of: byToken.size };
    },
  };
}
