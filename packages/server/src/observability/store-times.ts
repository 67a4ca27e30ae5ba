// How long the calls of a store take, by verb.
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** The verbs that ask the store; hints and `close` are no calls that anybody waits for. */
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

/** The store, to be used in its place. A call that fails counts like one that does not. */
export function timedStore(
  store: Store,
  clock: Clock,
  took: (verb: string, ms: number, failed: boolean) => void,
): Store {
  const timed: Store = { ...store };
  for (const verb of TIMED) {
    const call = store[verb] as (...parameters: unknown[]) => Promise<unknown>;
    const measured = async (...parameters: unknown[]): Promise<unknown> => {
      const begun = clock.monotonic();
      let failed = true;
      try {
        const answer = await call(...parameters);
        failed = false;
        return answer;
      } finally {
        took(verb, clock.monotonic() - begun, failed);
      }
    };
    Object.assign(timed, { [verb]: measured });
  }
  return timed;
}
