// A gateway that cannot be opened for a reason that an operator can fix. It says why and accepts no attempts, so
// pushes wait.
import type { Gateway, GatewayEvents, Trouble } from './gateway.ts';

export function createUnavailableGateway(options: {
  readonly name: string;
  readonly about: Trouble['about'];
  /** A sentence for the operator. */
  readonly why: string;
  readonly events: GatewayEvents;
}): Gateway {
  const { name, about, why, events } = options;
  let told = false;
  return {
    name,
    credit: 0,
    want(attempts) {
      if (attempts === 0 || told) return;
      told = true;
      // Not within this call: the owner may not know this gateway yet.
      queueMicrotask(() => events.trouble({ about, answer: why }));
    },
    attempt: async () => ({ kind: 'unsent', answer: why, ms: 0 }),
    close: async () => undefined,
  };
}
