// Pushes that are not stored: each is tried at once on the same gateways as all others, and the caller gets its
// outcome.
//
// They do not take turns with others: a call has at most a hundred, and calls are throttled. They begin only while
// the breaker allows attempts. Their dead tokens say nothing about the channel, because nobody registered them
// here.
import type { Clock } from '../clock.ts';
import type { DirectPush, Outcome } from '../gateways/gateway.ts';
import { decide } from './decide.ts';
import type { Outlet } from './outlet.ts';
import { DIRECT_WAIT_MS } from './retry.ts';

/**
 * `no-channel`: the application has no channel of this kind. `unavailable`: no attempt could begin in time, with
 * the reason.
 */
export type DirectOutcome =
  | Outcome
  | { readonly kind: 'no-channel' }
  | { readonly kind: 'unavailable'; readonly answer: string };

export type SendDirect = (
  channel: { readonly applicationArn: string; readonly deviceType: string },
  push: DirectPush,
) => Promise<DirectOutcome>;

interface Waiting {
  readonly push: DirectPush;
  readonly done: (outcome: DirectOutcome) => void;
}

export interface Direct {
  readonly send: SendDirect;
  /** Begins waiting pushes, as many as the gateway accepts; call it whenever credit has increased. */
  serve(outlet: Outlet): void;
  /** Answers everything that is waiting. */
  stop(): void;
}

/** How often an answer such as "the token was renewed, repeat" is followed. */
const TRIES = 3;

export function createDirect(
  outletOf: (channel: Parameters<SendDirect>[0]) => Outlet | undefined,
  clock: Pick<Clock, 'monotonic'>,
): Direct {
  const queues = new Map<Outlet, Set<Waiting>>();

  function forget(outlet: Outlet, waiting: Waiting): void {
    const queue = queues.get(outlet);
    queue?.delete(waiting);
    outlet.direct = queue?.size ?? 0;
    if (queue?.size === 0) queues.delete(outlet);
  }

  function serve(outlet: Outlet): void {
    for (const waiting of queues.get(outlet) ?? []) {
      if (outlet.gateway.credit === 0 || outlet.breaker.allows(outlet.running) === 0) return;
      forget(outlet, waiting);
      begin(outlet, waiting);
    }
  }

  function begin(outlet: Outlet, { push, done }: Waiting): void {
    // Both may be replaced during the attempt.
    const { gateway, breaker } = outlet;
    outlet.running++;
    const ended = (outcome: Outcome): void => {
      outlet.running--;
      const { sign } = decide(outcome, {
        sent: 0,
        unsentInARow: 0,
        pauses: 0,
        family: outlet.family,
        random: 0,
      });
      breaker.record(sign);
      done(outcome);
    };
    void gateway.attempt(push).then(ended);
  }

  function once(outlet: Outlet, push: DirectPush): Promise<DirectOutcome> {
    if (outlet.breaker.state === 'open')
      return Promise.resolve({ kind: 'unavailable', answer: outlet.breaker.reason ?? 'the breaker is open' });
    return new Promise((resolve) => {
      const waiting: Waiting = {
        push,
        done: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      const timer = setTimeout(() => {
        forget(outlet, waiting);
        resolve({ kind: 'unavailable', answer: `no connection within ${DIRECT_WAIT_MS / 1000} seconds` });
      }, DIRECT_WAIT_MS);
      const queue = queues.get(outlet) ?? new Set();
      queues.set(outlet, queue.add(waiting));
      outlet.direct = queue.size;
      outlet.announce();
      serve(outlet);
    });
  }

  return {
    serve,
    send: async (channel, push) => {
      const deadline = clock.monotonic() + DIRECT_WAIT_MS;
      for (let tries = 1; ; tries++) {
        const outlet = outletOf(channel);
        if (!outlet) return { kind: 'no-channel' };
        const outcome = await once(outlet, push);
        const again =
          outcome.kind === 'unsent' || (outcome.kind === 'rejected' && outcome.verdict === 'again');
        if (!again || tries === TRIES || clock.monotonic() > deadline) return outcome;
      }
    },
    stop: () => {
      for (const queue of queues.values())
        for (const { done } of queue) done({ kind: 'unavailable', answer: 'the service is stopping' });
      queues.clear();
    },
  };
}
