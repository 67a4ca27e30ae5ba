// A cache of what was read or written most recently, with its text, up to a size.
import type { Found } from './message.ts';

type Text = Pick<Found<unknown>, 'text' | 'sequence'>;

export interface Recent<T extends Text> {
  set(subject: string, one: T): void;
  get(subject: string): T | undefined;
  delete(subject: string): void;
}

/** UTF-16 units of text. */
const MOST_UNITS = 8 * 1024 * 1024;
/** Of an entry without text. */
const ENTRY_UNITS = 256;

const unitsOf = ({ text }: Text): number => ENTRY_UNITS + text.length;

export function createRecent<T extends Text>(): Recent<T> {
  /** Most recent last. */
  const all = new Map<string, T>();
  let units = 0;

  function remove(subject: string): void {
    const one = all.get(subject);
    if (one === undefined) return;
    all.delete(subject);
    units -= unitsOf(one);
  }

  return {
    set(subject, one) {
      remove(subject);
      all.set(subject, one);
      units += unitsOf(one);
      for (const oldest of all.keys()) {
        if (units <= MOST_UNITS) return;
        remove(oldest);
      }
    },
    get: (subject) => all.get(subject),
    delete: remove,
  };
}
