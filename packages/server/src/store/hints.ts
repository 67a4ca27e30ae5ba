// Hints within one process.
import type { HintKind, Store } from './store.ts';

/** Tells every listener in a later microtask, so that the caller is never called back from within. */
export function createHints(): Pick<Store, 'onHint' | 'hint'> {
  const listeners = new Set<(kind: HintKind, id: string) => void>();
  return {
    onHint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hint(kind, id) {
      for (const listener of listeners) queueMicrotask(() => listener(kind, id));
    },
  };
}
