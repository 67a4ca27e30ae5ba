// What an outcome means for its delivery: one pure function, without clock or store.
//
//   queued ──lease──► leased ──mayStart──► attempt ─┬─ accepted ──────────────► accepted (end)
//     ▲                 │                           ├─ message wrong ─────────► rejected (end)
//     │                 ├─ expired ────► expired    ├─ token dead ────────────► rejected (end), registration removed
//     │                 └─ deleted ────► withdrawn  ├─ token suspect ─────────► rejected (end), registration suspended
//     │                                             ├─ device busy ───┐
//     └──────────────── due after a delay ◄─────────┼─ gateway busy ──┤          (unless many are: quarantine.ts)
//                                                   ├─ credential ────┤ (breaker)
//                                                   └─ unsent, unknown┘
import type { Outcome } from '../gateways/gateway.ts';
import { DELAY, DEVICE_PAUSE, backOffMs } from './retry.ts';

/** What the dispatcher does besides settling the delivery. */
export type Effect =
  | { readonly kind: 'remove-registration'; readonly deadSince: number | undefined }
  | { readonly kind: 'suspend-registration' }
  | { readonly kind: 'pause-device'; readonly forMs: number };

/** How the answer counts for the gateway's breaker. */
export type Sign = 'good' | 'busy' | 'credential' | 'neutral';

export interface Decision {
  readonly to:
    | { readonly status: 'accepted' }
    | { readonly status: 'rejected'; readonly reason: string }
    | { readonly status: 'queued'; readonly dueInMs: number; readonly reason: string }
    /** Stays leased and goes to the front of its lane. */
    | { readonly status: 'repeat' };
  readonly effect?: Effect;
  readonly sign: Sign;
}

export interface Situation {
  /** Earlier attempts that were sent, whether answered or not: only these increase the back-off. */
  readonly sent: number;
  /** Consecutive attempts in this process that never got a stream. */
  readonly unsentInARow: number;
  /** How many times in a row this device has been paused. */
  readonly pauses: number;
  readonly family: 'apns' | 'fcm';
  /** In [0, 1). */
  readonly random: number;
}

export function decide(outcome: Outcome, situation: Situation): Decision {
  const base = situation.family === 'apns' ? DELAY.apnsBaseMs : DELAY.fcmBaseMs;
  const max = situation.family === 'apns' ? DELAY.apnsMaxMs : DELAY.fcmMaxMs;
  const jittered = backOffMs(situation.sent, base, max, situation.random);
  // Google asks for at least 10 s before any retry; jitter is added to that minimum.
  const backOff = situation.family === 'apns' ? jittered : base + jittered;
  const wait = (dueInMs: number, reason: string, sign: Sign, effect?: Effect): Decision => ({
    to: { status: 'queued', dueInMs, reason },
    sign,
    ...(effect && { effect }),
  });

  switch (outcome.kind) {
    case 'accepted':
      return { to: { status: 'accepted' }, sign: 'good' };
    case 'unsent':
      return situation.unsentInARow < DELAY.unsentFreeAttempts
        ? { to: { status: 'repeat' }, sign: 'neutral' }
        : // The gateway said nothing about this delivery, so its delay does not grow. It counts for the breaker, because
          // otherwise a lane of refused attempts would come back every second forever.
          wait(backOffMs(0, base, base, situation.random), outcome.answer, 'busy');
    case 'unknown':
      return wait(backOff, outcome.answer, 'busy');
    case 'rejected':
      break;
  }

  const { verdict, reason, retryAfterMs } = outcome;
  switch (verdict) {
    case 'message':
      return { to: { status: 'rejected', reason }, sign: 'good' };
    case 'token-dead':
    case 'token-suspect': {
      const effect: Effect =
        verdict === 'token-dead'
          ? { kind: 'remove-registration', deadSince: outcome.deadSince }
          : { kind: 'suspend-registration' };
      return { to: { status: 'rejected', reason }, effect, sign: 'good' };
    }
    case 'credential':
      // The breaker keeps the lane closed; the delivery becomes due as soon as it opens again.
      return wait(0, reason, 'credential');
    case 'device-busy': {
      // A Retry-After of 0 means no more than none: with immediate retries, one delivery made 80 attempts a second.
      const asked = Math.max(DEVICE_PAUSE.leastMs, retryAfterMs || DEVICE_PAUSE.baseMs);
      const grown = Math.min(DEVICE_PAUSE.mostMs, asked * 2 ** Math.min(situation.pauses, 30));
      const forMs = Math.max(asked, grown);
      const jitterMs = backOffMs(0, 1_000, 1_000, situation.random);
      return wait(forMs + jitterMs, reason, 'good', { kind: 'pause-device', forMs });
    }
    case 'gateway-busy': {
      const quota = situation.family === 'fcm' && outcome.answer.startsWith('429') ? DELAY.fcmQuotaMs : 0;
      // Retry-After is a minimum; the jitter on top keeps a queue from coming back all at once.
      const floor = retryAfterMs ?? quota;
      return wait(floor > 0 ? floor + backOffMs(0, 1_000, 1_000, situation.random) : backOff, reason, 'busy');
    }
    case 'again':
      return situation.sent < DELAY.againFreeAttempts
        ? wait(0, reason, 'neutral')
        : wait(backOff, reason, 'busy');
  }
}
