// One attempt on a separate gateway: its connection serves nothing else and is not counted anywhere.
import type { OpenGateway } from '../delivery/outlets.ts';
import type { Gateway, GatewayEvents, Outcome, Push, Trouble } from '../gateways/gateway.ts';

/** The result; `trouble`: there was no connection or credential to begin with. */
export type Found = Outcome | { readonly kind: 'trouble'; readonly trouble: Trouble };

export interface Attempted {
  /** The gateway's name; if it is not Apple's or Google's own, the name says so. */
  readonly gateway: string;
  readonly found: Found;
}

/** A refused token or a drained connection deserves another try: at most this many. */
const TRIES = 3;
const DEADLINE_MS = 20_000;

/**
 * Opens the gateway of a channel, begins one attempt as soon as it can, and closes the gateway. Undefined: the
 * channel leads nowhere (its application does not have it, or there is no emulator). Rejects with the signal's
 * reason.
 */
export async function attemptOnce(
  openGateway: OpenGateway,
  channel: { readonly applicationArn: string; readonly deviceType: string },
  push: Push,
  signal?: AbortSignal,
): Promise<Attempted | undefined> {
  let event: (() => void) | undefined;
  const standing: { trouble?: Trouble } = {};
  const events: GatewayEvents = {
    credit: () => event?.(),
    trouble: (trouble) => {
      standing.trouble = trouble;
      event?.();
    },
  };
  const opened = openGateway(channel, events);
  if (!opened) return undefined;
  const { gateway } = opened;
  const attempted = (found: Found): Attempted => ({ gateway: gateway.name, found });
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
  /** Resolves with the next event, or when it is time to stop. */
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      const listener = (): void => resolve();
      stop.addEventListener('abort', listener, { once: true });
      event = () => {
        stop.removeEventListener('abort', listener);
        resolve();
      };
    });
  try {
    gateway.want(1);
    for (let tries = 1; ; tries++) {
      while (gateway.credit === 0 && standing.trouble === undefined && !stop.aborted) await next();
      signal?.throwIfAborted();
      if (gateway.credit === 0)
        return attempted({
          kind: 'trouble',
          trouble: standing.trouble ?? { about: 'connection', answer: NOTHING },
        });
      const outcome = await attempt(gateway, push, stop);
      const again = outcome.kind === 'unsent' || (outcome.kind === 'rejected' && outcome.verdict === 'again');
      if (!again || tries === TRIES) return attempted(outcome);
    }
  } finally {
    await gateway.close(0);
  }
}

const NOTHING = `nothing happened within ${DEADLINE_MS / 1000} seconds`;

function attempt(gateway: Gateway, push: Push, stop: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const abort = (): void => void gateway.close(0).catch(reject);
    stop.addEventListener('abort', abort, { once: true });
    gateway
      .attempt(push)
      .finally(() => stop.removeEventListener('abort', abort))
      .then(resolve, reject);
  });
}
