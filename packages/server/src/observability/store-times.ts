// How long the calls of a store take, by verb.
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** The verbs that query the store; nobody waits for hints and `close`. */
const TIMED = [
  'contacts',
  'claimed',
  'commit',
  'ended',
  'registrations',
  'enqueue',
  'claim',
  'waiting',
  'settle',
  'beat',
  'leave',
  'deliveries',
  'instanceDeliveries',
  'deliveryCounts',
  'delivery',
  'replay',
  'withdraw',
  'setting',
  'settings',
  'putSetting',
  'sweep',
] as const satisfies readonly (keyof Store)[];

/** The store to use instead. A failed call counts like any other. */
export function timedStore(
  store: Store,
  clock: Clock,
  took: (verb: string, ms: number, failed: boolean) => void,
): Store {
  const timed: Store = { ...store };
  for (const verb of TIMED) {
    const call = store[verb] as (...parameters: unknown[]) => Promise<unknown>;
    const measured = (...parameters: unknown[]): Promise<unknown> => {
      const begun = clock.monotonic();
      const answer = call(...parameters);
      answer.then(
        () => took(verb, clock.monotonic() - begun, false),
        () => took(verb, clock.monotonic() - begun, true),
      );
      return answer;
    };
    Object.assign(timed, { [verb]: measured });
  }
  return timed;
}
