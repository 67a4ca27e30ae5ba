// Options of benchmarks: numbers, each with a default.
import { parseArgs } from 'node:util';

/** Throws where an option is unknown or no number above zero. */
export function readNumbers<Name extends string>(
  argv: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const { values } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const numberOf = (name: Name): number => {
    const text = values[name];
    if (text === undefined) return defaults[name];
    const number = Number(text);
    if (!(number > 0 && number < Infinity))
      throw new Error(`--${name} is ${JSON.stringify(text)}; write a number above zero`);
    return number;
  };
  return Object.fromEntries(names.map((name) => [name, numberOf(name)])) as Record<Name, number>;
}
