// A cache of what was read or written most recently, with its text, up to a size.

export interface Recent<T> {
  set(key: string, one: T): void;
  get(key: string): T | undefined;
  delete(key: string): void;
}

/** UTF-16 units of text. */
const MOST_UNITS = 8 * 1024 * 1024;
/** Of an entry without text. */
const ENTRY_UNITS = 256;

/** `textUnits`: the length of its text. */
export function createRecent<T>(textUnits: (one: T) => number): Recent<T> {
  /** Most recent last. */
  const all = new Map<string, { readonly one: T; readonly units: number }>();
  let units = 0;

  function remove(key: string): void {
    const entry = all.get(key);
    if (entry === undefined) return;
    all.delete(key);
    units -= entry.units;
  }

  return {
    set(key, one) {
      remove(key);
      const entry = { one, units: ENTRY_UNITS + textUnits(one) };
      all.set(key, entry);
      units += entry.units;
      for (const oldest of all.keys()) {
        if (units <= MOST_UNITS) return;
        remove(oldest);
      }
    },
    get: (key) => all.get(key)?.one,
    delete: remove,
  };
}
