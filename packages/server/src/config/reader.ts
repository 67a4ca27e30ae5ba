// Collects every mistake in the settings with its place and how to fix it, because a person edits them by hand and
// wants to see all at once.

export interface Mistake {
  /** Where: `accessKeys[0].secret`. */
  readonly where: string;
  /** What is wrong and how to fix it. */
  readonly what: string;
}

export interface Reader {
  readonly mistakes: Mistake[];
  /** Records a mistake. */
  wrong(where: string, what: string): void;
  /** Whether something is already wrong there or below: a second sentence about it would only confuse. */
  isWrong(where: string): boolean;
}

export function createReader(): Reader {
  const mistakes: Mistake[] = [];
  return {
    mistakes,
    wrong: (where, what) => mistakes.push({ where, what }),
    isWrong: (place) =>
      mistakes.some(
        ({ where }) =>
          where === place || (/^[.[]/.test(where.slice(place.length)) && where.startsWith(place)),
      ),
  };
}

/**
 * A value as a mistake may show it: only its kind, because it may be a secret in the wrong place; the value itself
 * only with `show`.
 */
export function describe(value: unknown, show = false): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (show && (typeof value === 'string' || typeof value === 'number')) return JSON.stringify(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export const join = (where: string, name: string): string => (where === '' ? name : `${where}.${name}`);
