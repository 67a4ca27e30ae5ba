// Options shared by all benchmarks: --pairs, --count, --seconds, and --json for a file of results.
import { parseArgs } from 'node:util';

/** The command line is invalid; the message says why. */
export class OptionError extends Error {}

/** Number: above zero. List: one of these words; the first is the default. String: anything. */
type Default = number | string | readonly string[];

type Values<Defaults extends Record<string, Default>> = {
  [Name in keyof Defaults]: Defaults[Name] extends number ? number : string;
};

/** Throws if an option is unknown or its value is not allowed. */
export function readOptions<const Defaults extends Record<string, Default>>(
  argv: readonly string[],
  defaults: Defaults,
): Values<Defaults> & { readonly json: string | undefined } {
  const values = parse(argv, [...Object.keys(defaults), 'json']);
  const valueOf = ([name, byDefault]: [string, Default]): [string, number | string] => {
    const text = values[name];
    if (typeof byDefault === 'string') return [name, text ?? byDefault];
    if (typeof byDefault !== 'number') {
      if (text !== undefined && !byDefault.includes(text))
        throw new OptionError(`--${name} is ${JSON.stringify(text)}; write one of ${byDefault.join(', ')}`);
      return [name, text ?? byDefault[0]!];
    }
    const number = text === undefined ? byDefault : Number(text);
    if (!(number > 0 && number < Infinity))
      throw new OptionError(`--${name} is ${JSON.stringify(text)}; write a number above zero`);
    return [name, number];
  };
  return {
    ...(Object.fromEntries(Object.entries(defaults).map(valueOf)) as Values<Defaults>),
    json: values['json'],
  };
}

function parse(
  argv: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new OptionError(
      `${(error as Error).message}\nOptions: ${names.map((name) => `--${name}`).join(' ')}`,
      {
        cause: error,
      },
    );
  }
}
