// Writes out a store.
import type { Store, StoredThing } from '../store/store.ts';
import { FORMAT, writeLine } from './format.ts';

const PAGE = 500;

/**
 * Waiting deliveries come last, and those that were tried come before the others: an import can then restore the
 * attempts of each, because nothing of its lane is due yet.
 */
const PASSES: readonly ((thing: StoredThing) => boolean)[] = [
  (thing) => thing.kind !== 'delivery' || thing.delivery.waiting === undefined,
  (thing) => isWaiting(thing, true),
  (thing) => isWaiting(thing, false),
];

const isWaiting = (thing: StoredThing, wasTried: boolean): boolean =>
  thing.kind === 'delivery' &&
  thing.delivery.waiting !== undefined &&
  thing.delivery.attemptCount > 0 === wasTried;

/** The lines of the export. The store must not change meanwhile. */
export async function* exportStore(store: Store, now: () => number): AsyncGenerator<string> {
  const exportedAt = now();
  yield writeLine({ chatpush: 'export', format: FORMAT, exportedAt });
  let things = 0;
  for (const isOfPass of PASSES)
    for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
      const page = await store.everything({ limit: PAGE, ...(next !== undefined && { next }) });
      ({ next } = page);
      for (const thing of page.items) {
        if (!isOfPass(thing)) continue;
        things += 1;
        yield writeLine(shifted(thing, now() - exportedAt));
      }
    }
  yield writeLine({ kind: 'end', things });
}

/** The entry with its remaining times shifted by `byMs`. */
export function shifted(thing: StoredThing, byMs: number): StoredThing {
  if (thing.kind === 'contact') {
    const { reviewInMs, keepForMs, ...contact } = thing.contact;
    return {
      kind: 'contact',
      contact: {
        ...contact,
        ...(reviewInMs !== undefined && { reviewInMs: reviewInMs + byMs }),
        ...(keepForMs !== undefined && { keepForMs: keepForMs + byMs }),
      },
    };
  }
  if (thing.kind !== 'delivery' || thing.delivery.waiting === undefined) return thing;
  const { waiting, ...delivery } = thing.delivery;
  const { work, expiresInMs, dueInMs } = waiting;
  return {
    kind: 'delivery',
    delivery: {
      ...delivery,
      waiting: { work, expiresInMs: expiresInMs + byMs, dueInMs: Math.max(0, dueInMs + byMs) },
    },
  };
}
