// Counts the running calls of a store that answers over a network, so that not too many wait, and `close` waits for
// all.
import { StoreUnavailableError, type Store } from './store.ts';
import { createWaitingLimit } from './waiting-limit.ts';

export type Verbs = Omit<Store, 'onHint' | 'hint' | 'close'>;

export interface LimitedVerbs {
  readonly verbs: Verbs;
  /** Refuses every later call, and resolves once none is running. */
  close(): Promise<void>;
}

export function limitVerbs(verbs: Verbs): LimitedVerbs {
  const limit = createWaitingLimit();
  const running = new Set<Promise<unknown>>();
  let isClosed = false;

  const limited = <V extends keyof Verbs>(verb: V): Verbs[V] => {
    const answer = verbs[verb] as (...parameters: unknown[]) => Promise<unknown>;
    return (async (...parameters: unknown[]) => {
      if (isClosed) throw new StoreUnavailableError('The store is closed.');
      const turn = Promise.withResolvers<void>();
      const release = limit.admit(verb, parameters, turn.resolve);
      const call = turn.promise.then(() => answer(...parameters));
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
        release();
      }
    }) as unknown as Verbs[V];
  };

  return {
    verbs: {
      contacts: limited('contacts'),
      claimed: limited('claimed'),
      commit: limited('commit'),
      registered: limited('registered'),
      ended: limited('ended'),
      registrations: limited('registrations'),
      enqueue: limited('enqueue'),
      claim: limited('claim'),
      waiting: limited('waiting'),
      settle: limited('settle'),
      beat: limited('beat'),
      nodes: limited('nodes'),
      leave: limited('leave'),
      deliveries: limited('deliveries'),
      instanceDeliveries: limited('instanceDeliveries'),
      deliveryCounts: limited('deliveryCounts'),
      delivery: limited('delivery'),
      replay: limited('replay'),
      withdraw: limited('withdraw'),
      setting: limited('setting'),
      settings: limited('settings'),
      putSetting: limited('putSetting'),
      everything: limited('everything'),
      sweep: limited('sweep'),
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(running);
    },
  };
}
