// The command lines of this repository's own commands.
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** The parsed options. A wrong one ends the process with 2, after one sentence about it and the usage. */
export function readCommandLine<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
