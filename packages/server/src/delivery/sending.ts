// From a held delivery to its settlement: mayStart, the attempt, and the consequences of its outcome.
import type { Clock } from '../clock.ts';
import type { Outcome } from '../gateways/gateway.ts';
import type { Attempt, DeliveryHead, Settlement } from '../store/store.ts';
import type { AttemptTurns } from './attempts-per-turn.ts';
import type { Breaker } from './breaker.ts';
import { decide } from './decide.ts';
import type { Effect } from './decide.ts';
import type { LogReason } from './log-reason.ts';
import type { Held, Lane } from './lane.ts';
import type { NodeLease } from './node-lease.ts';
import type { Outlet } from './outlet.ts';
import { LIVENESS_MS, MAX_UNSETTLED, QUARANTINE, SILENT_MS } from './retry.ts';
import type { Revoked } from './revoked.ts';
import type { Settler } from './settler.ts';
import { serialiseKept } from './work.ts';
import type { Work } from './work.ts';

/** A gateway's answer about a token is trusted: the contact rules decide about the registration. */
export type TokenRefused = (
  registration: Pick<DeliveryHead, 'instanceId' | 'contactId' | 'registrationId' | 'lane'>,
  effect: Exclude<Effect, { kind: 'pause-device' }>,
  attempt: Attempt,
) => void;

export interface SendingContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly lease: NodeLease;
  readonly revoked: Revoked;
  readonly settler: Settler;
  readonly turns: AttemptTurns;
  /** No new attempts begin. */
  stopping(): boolean;
  /** Requests that the registration is read again; the delivery comes back held, or is settled as withdrawn. */
  stale(held: Held): void;
  tokenRefused: TokenRefused;
  /** `at`: when it began, milliseconds since the epoch. */
  observe(channel: Outlet['channel'], gateway: string, outcome: Outcome, held: Held, at: number): void;
  /** An answer may have begun or ended an outage. */
  look(outlet: Outlet): void;
  /** An attempt ended: there may be room for more work. Checks once for all that end together. */
  ended(outlet: Outlet): void;
}

/** Begins as many attempts as the gateway and this turn of the event loop allow. */
export function pump(context: SendingContext, outlet: Outlet): void {
  const { clock } = context;
  // One time for all attempts of this call, which takes a few milliseconds.
  const now = clock.monotonic();
  const wallNow = clock.now();
  if (!context.lease.holds()) return outlet.announce();
  context.turns.resume(now);
  while (
    !context.stopping() &&
    outlet.held > 0 &&
    outlet.gateway.credit > 0 &&
    outlet.breaker.allows(outlet.running) > 0 &&
    context.settler.pending + context.settler.aside < MAX_UNSETTLED &&
    context.turns.takes(outlet)
  ) {
    const turn = outlet.next();
    if (!turn) break;
    const { lane, held } = turn;
    // Leased under a name that was abandoned since: the next node to claim it sends it.
    if (held.node !== context.lease.name) continue;
    const pauseMs = outlet.pausedDevices.waitMs(held.work.deviceToken);
    if (context.revoked.has(held.delivery.registrationId))
      end(context, held, { status: 'withdrawn', reason: 'registration-deleted' });
    else if (context.revoked.has(held.delivery.id))
      end(context, held, { status: 'withdrawn', reason: 'withdrawn-on-request' });
    else if (wallNow >= held.work.expiresAt) end(context, held, { status: 'expired' });
    else if (pauseMs > 0) end(context, held, { status: 'queued', dueInMs: pauseMs, reason: 'device-busy' });
    else if (now - held.freshAt > LIVENESS_MS) context.stale(held);
    else begin(context, outlet, lane, held, wallNow);
  }
  outlet.announce();
}

/**
 * Settles a held delivery. A waiting delivery is looked at no later than its expiry, however long a gateway asks
 * for, so that its log says so then. An undelivered one can be replayed as long as its registration exists.
 */
export function end(
  { settler, clock }: Pick<SendingContext, 'settler' | 'clock'>,
  { delivery: { id, day }, work, attempts }: Held,
  to: Settlement['to'],
  isRegistered = true,
): void {
  if (to.status !== 'queued') return settler.add({ id, day, attempts, to: keeping(to, work, isRegistered) });
  const leftMs = Math.max(0, work.expiresAt - clock.now());
  settler.add({ id, day, attempts, to: { ...to, dueInMs: Math.min(to.dueInMs, leftMs) } });
}

type End = Exclude<Settlement['to'], { readonly status: 'queued' }>;

const SUSPENDED: LogReason = 'registration-suspended';

function keeping(to: End, work: Work, isRegistered: boolean): End {
  const hasFailed = to.status === 'rejected' || to.status === 'expired' || to.reason === SUSPENDED;
  return isRegistered && hasFailed ? { ...to, keep: serialiseKept(work) } : to;
}

/** `at`: milliseconds since the epoch. */
function begin(context: SendingContext, outlet: Outlet, lane: Lane, held: Held, at: number): void {
  const { work, delivery } = held;
  // Both may be replaced during the attempt, whose result says nothing about the new ones.
  const { gateway, breaker, health } = outlet;
  const answersBefore = health.answers;
  lane.running++;
  outlet.running++;
  outlet.pace.began();
  outlet.pausedDevices.began(work.deviceToken);
  const push = {
    deliveryId: delivery.id,
    deviceToken: work.deviceToken,
    title: work.title,
    body: work.body,
    data: work.data,
    expiresAt: work.expiresAt,
  };
  void gateway.attempt(push).then((outcome) => {
    lane.running--;
    outlet.running--;
    outlet.pace.ended(isAnswered(outcome));
    if (isAnswered(outcome)) {
      health.answers++;
      health.isSilent = false;
    } else if (outcome.kind === 'unknown' && outcome.ms >= SILENT_MS && health.answers === answersBefore)
      health.isSilent = true;
    context.observe(outlet.channel, gateway.name, outcome, held, at);
    after(context, outlet, breaker, held, outcome, {
      at,
      outcome: outcome.kind,
      gateway: gateway.name,
      answer: outcome.answer,
      ms: Math.round(outcome.ms),
    });
    context.ended(outlet);
  });
}

function after(
  context: SendingContext,
  outlet: Outlet,
  breaker: Breaker,
  held: Held,
  outcome: Outcome,
  attempt: Attempt,
): void {
  let sent = held.sentBefore;
  for (const one of held.attempts) if (one.outcome !== 'unsent') sent++;
  held.attempts = held.attempts.concat(attempt); // an array that grows by `push` has room for 17
  const { deviceToken } = held.work;
  const situation = {
    sent,
    unsentInARow: held.unsentInARow,
    pauses: outlet.pausedDevices.pauses(deviceToken),
    family: outlet.family,
    random: context.random(),
  };
  const decision = decide(outcome, situation);
  breaker.record(decision.sign);
  if (outcome.kind === 'accepted') outlet.quarantine.accepted(deviceToken);
  if (decision.sign !== 'good' || outlet.outage) {
    if (decision.sign !== 'good' && decision.sign !== 'neutral') outlet.health.lastRefusal = wordsOf(outcome);
    context.look(outlet);
  }
  const { effect } = decision;
  if (effect?.kind === 'pause-device') outlet.pausedDevices.pause(deviceToken, effect.forMs);
  else {
    outlet.pausedDevices.ended(deviceToken, isAnswered(outcome));
    const againInMs = effect && refused(context, outlet, held, effect, attempt);
    if (againInMs !== undefined)
      return end(context, held, { status: 'queued', dueInMs: againInMs, reason: 'many-tokens-refused' });
  }
  if (decision.to.status !== 'repeat')
    return end(context, held, decision.to, effect?.kind !== 'remove-registration');
  if (context.stopping()) return end(context, held, { status: 'queued', dueInMs: 0, reason: 'node-stopped' });
  held.unsentInARow++;
  outlet.hold(held, 'front');
}

/** Undefined: the answer is trusted. Otherwise the token is tried again in this many milliseconds. */
function refused(
  context: SendingContext,
  outlet: Outlet,
  { delivery, work }: Held,
  effect: Parameters<TokenRefused>[1],
  attempt: Attempt,
): number | undefined {
  // Keeps nothing else of the delivery: notes are kept for minutes, and a delivery holds a text.
  const { instanceId, contactId, registrationId, lane } = delivery;
  const act = (): void =>
    context.tokenRefused({ instanceId, contactId, registrationId, lane }, effect, attempt);
  const remove = effect.kind === 'remove-registration' ? act : undefined;
  const waitMs = outlet.quarantine.refused(work.deviceToken, registrationId, remove);
  if (waitMs === undefined) act();
  return waitMs && Math.ceil(waitMs + context.random() * QUARANTINE.jitterMs);
}

const isAnswered = ({ kind }: Outcome): boolean => kind === 'accepted' || kind === 'rejected';

/** The answer that was not a success, with the gateway's own explanation if there is one. */
const wordsOf = (outcome: Outcome): string =>
  outcome.kind === 'rejected' && outcome.detail ? `${outcome.answer}: ${outcome.detail}` : outcome.answer;
