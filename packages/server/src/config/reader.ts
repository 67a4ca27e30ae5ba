// Reads a JSON value member by member and collects every mistake with its place and its cure.
// For the settings file: a person edits it by hand and wants to hear of all mistakes at once.

export interface Mistake {
  /** Where: `accessKeys[0].secret`. */
  readonly where: string;
  /** What is wrong and how to mend it. */
  readonly what: string;
}

export interface Reader {
  readonly mistakes: Mistake[];
  /** Notes a mistake. */
  wrong(where: string, what: string): void;
}

export function createReader(): Reader {
  const mistakes: Mistake[] = [];
  return { mistakes, wrong: (where, what) => mistakes.push({ where, what }) };
}

/** An object whose members are all known; a misspelled one is named beside those there are. */
export function readObject(
  reader: Reader,
  value: unknown,
  where: string,
  known: readonly string[],
): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.wrong(where, `is ${describe(value)}; write an object: { … }`);
    return undefined;
  }
  for (const name of Object.keys(value))
    if (!known.includes(name) && name !== '$schema')
      reader.wrong(join(where, name), `is not a setting; the settings here are ${known.join(', ')}`);
  return value as Record<string, unknown>;
}

export function readString(
  reader: Reader,
  value: unknown,
  where: string,
  hint: string,
  pattern?: RegExp,
): string | undefined {
  if (typeof value === 'string' && value !== '' && (!pattern || pattern.test(value))) return value;
  reader.wrong(where, `is ${describe(value, pattern !== undefined)}; write ${hint}`);
  return undefined;
}

export function readInteger(
  reader: Reader,
  value: unknown,
  where: string,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  reader.wrong(where, `is ${describe(value, true)}; write a whole number from ${min} to ${max}`);
  return fallback;
}

export function readList<T>(
  reader: Reader,
  value: unknown,
  where: string,
  read: (element: unknown, where: string) => T | undefined,
): T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    reader.wrong(where, `is ${describe(value)}; write a list: [ … ]`);
    return [];
  }
  return value
    .map((element: unknown, index) => read(element, `${where}[${index}]`))
    .filter((element) => element !== undefined);
}

/** A secret is never shown, wrong or not: only values that cannot be one are repeated. */
function describe(value: unknown, show = false): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (show && (typeof value === 'string' || typeof value === 'number')) return JSON.stringify(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export const join = (where: string, name: string): string => (where === '' ? name : `${where}.${name}`);
