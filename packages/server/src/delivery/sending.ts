// From a held delivery to its settlement: mayStart, the attempt, and what its outcome leads to.
import type { Clock } from '../clock.ts';
import type { Outcome } from '../gateways/gateway.ts';
import type { Attempt, Settlement } from '../store/store.ts';
import type { AttemptTurns } from './attempts-per-turn.ts';
import { decide } from './decide.ts';
import type { Effect } from './decide.ts';
import type { Held, Lane } from './lane.ts';
import type { NodeLease } from './node-lease.ts';
import type { Outlet } from './outlet.ts';
import { LIVENESS_MS, MAX_UNSETTLED } from './retry.ts';
import type { Revoked } from './revoked.ts';
import type { Settler } from './settler.ts';

export interface SendingContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly lease: NodeLease;
  readonly revoked: Revoked;
  readonly settler: Settler;
  readonly turns: AttemptTurns;
  /** Nothing new begins any more. */
  stopping(): boolean;
  /** Asked to read the registration again; it comes back held, or is settled as withdrawn. */
  stale(outlet: Outlet, held: Held): void;
  effect(held: Held, effect: Effect, attempt: Attempt): void;
  observe(outlet: Outlet, outcome: Outcome, held: Held): void;
  /** An attempt ended: there may be room for more work. */
  freed(outlet: Outlet): void;
}

/** Begins as many attempts as the gateway and this turn of the event loop take. */
export function pump(context: SendingContext, outlet: Outlet): void {
  const { clock } = context;
  while (
    !context.stopping() &&
    outlet.gateway.credit > 0 &&
    outlet.breaker.allows(outlet.running) > 0 &&
    context.settler.pending + context.settler.aside < MAX_UNSETTLED &&
    context.lease.holds() &&
    outlet.held > 0 &&
    context.turns.takes(outlet)
  ) {
    const turn = outlet.next();
    if (!turn) break;
    const { lane, held } = turn;
    const now = clock.monotonic();
    // Leased under a name that was given up meanwhile: whoever claims it next sends it.
    if (held.node !== context.lease.name) continue;
    const pauseMs = outlet.pausedDevices.waitMs(held.work.deviceToken);
    if (context.revoked.has(held.delivery.registrationId))
      end(context, held, { status: 'withdrawn', reason: 'registration-deleted' });
    else if (clock.now() >= held.work.expiresAt) end(context, held, { status: 'expired' });
    else if (pauseMs > 0) end(context, held, { status: 'queued', dueInMs: pauseMs, reason: 'device-busy' });
    else if (now - held.freshAt > LIVENESS_MS) context.stale(outlet, held);
    else begin(context, outlet, lane, held);
  }
  outlet.announce();
}

/**
 * Settles a held delivery. What waits is looked at no later than when it expires, however long a gateway asks for: its log
 * should say so then.
 */
export function end(
  { settler, clock }: Pick<SendingContext, 'settler' | 'clock'>,
  { delivery: { id, day }, work, attempts }: Held,
  to: Settlement['to'],
): void {
  const leftMs = Math.max(0, work.expiresAt - clock.now());
  settler.add({
    id,
    day,
    attempts,
    to: to.status === 'queued' ? { ...to, dueInMs: Math.min(to.dueInMs, leftMs) } : to,
  });
}

function begin(context: SendingContext, outlet: Outlet, lane: Lane, held: Held): void {
  const { work, delivery } = held;
  const at = context.clock.now();
  lane.running++;
  outlet.running++;
  outlet.pausedDevices.began(work.deviceToken);
  const push = {
    deliveryId: delivery.id,
    deviceToken: work.deviceToken,
    title: work.title,
    body: work.body,
    data: work.data,
    expiresAt: work.expiresAt,
  };
  void outlet.gateway.attempt(push).then((outcome) => {
    lane.running--;
    outlet.running--;
    if (isAnswered(outcome)) outlet.pace.answered();
    context.observe(outlet, outcome, held);
    after(context, outlet, held, outcome, at);
    pump(context, outlet);
    context.freed(outlet);
  });
}

function after(context: SendingContext, outlet: Outlet, held: Held, outcome: Outcome, at: number): void {
  const sent = held.sentBefore + held.attempts.filter((one) => one.outcome !== 'unsent').length;
  const attempt: Attempt = {
    at,
    outcome: outcome.kind,
    gateway: outlet.gateway.name,
    answer: outcome.answer,
    ms: Math.round(outcome.ms),
  };
  held.attempts.push(attempt);
  const situation = {
    sent,
    unsentInARow: held.unsentInARow,
    pauses: outlet.pausedDevices.pauses(held.work.deviceToken),
    family: outlet.family,
    random: context.random(),
  };
  let decision = decide(outcome, { ...situation, quarantined: outlet.breaker.quarantined() });
  outlet.breaker.record(decision.sign);
  // The answer that tips the balance into quarantine is not believed either.
  if (decision.sign === 'dead-token' && outlet.breaker.quarantined())
    decision = decide(outcome, { ...situation, quarantined: true });
  const { effect } = decision;
  if (effect?.kind === 'pause-device') outlet.pausedDevices.pause(held.work.deviceToken, effect.forMs);
  else {
    outlet.pausedDevices.ended(held.work.deviceToken, isAnswered(outcome));
    if (effect) context.effect(held, effect, attempt);
  }
  if (decision.to.status !== 'repeat') return end(context, held, decision.to);
  if (context.stopping()) return end(context, held, { status: 'queued', dueInMs: 0, reason: 'node-stopped' });
  held.unsentInARow++;
  outlet.hold(held, 'front');
}

const isAnswered = ({ kind }: Outcome): boolean => kind === 'accepted' || kind === 'rejected';
