// docs/reliability.md: a campaign with --write puts its table there, with the date and the machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { withRegion } from '../scripts/region.ts';
import { HEADING } from './table.ts';

const PAGE = fileURLToPath(new URL('../docs/reliability.md', import.meta.url));
const FORMATTER = fileURLToPath(new URL('../node_modules/.bin/oxfmt', import.meta.url));

export interface Page {
  /** Writes the table so far into the page, so that an interrupted run keeps its results. */
  write(rows: readonly string[], failures: readonly string[]): void;
}

/** `command`: the command that repeats the run. */
export function openPage(command: string): Page {
  const begun = new Date();
  const loads: number[] = [];
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return {
    write: (rows, failures) => {
      loads.push(loadavg()[0]!);
      const minutes = Math.round((Date.now() - begun.getTime()) / 60_000);
      const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
      const about =
        `${begun.toISOString().slice(0, 10)}, commit ${commit}, Node.js ${process.versions.node}, ${availableParallelism()} cores ` +
        `(load average ${least} to ${most}), ${rows.length} runs in ${minutes} minutes: \`${command}\`.`;
      const verdict =
        failures.length === 0
          ? 'Everything held.'
          : `Not held:\n\n${failures.map((one) => `- ${one}`).join('\n')}`;
      const table = [HEADING, ...rows].join('\n');
      const text = [about, table, verdict].join('\n\n');
      writeFileSync(PAGE, withRegion(readFileSync(PAGE, 'utf8'), 'campaign', text, 'docs/reliability.md'));
      spawnSync(FORMATTER, [PAGE]);
    },
  };
}
