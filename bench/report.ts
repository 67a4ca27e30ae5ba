// The results of a benchmark: figures, and goals met or missed. Printed for people, written as a JSON file for scripts.
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Report {
  /** A named result, for the JSON file only. */
  figure(name: string, value: unknown): void;
  /** Prints the verdict. A missed goal makes the process exit with 1. */
  atLeast(what: string, value: number, goal: number): void;
  atMost(what: string, value: number, goal: number): void;
  /** Writes the JSON file, if one was requested. */
  save(): Promise<void>;
}

export function openReport(bench: string, options: { readonly json: string | undefined }): Report {
  const { json, ...settings } = options;
  const figures: Record<string, unknown> = {};
  const goals: object[] = [];
  const machine = {
    date: new Date().toISOString(),
    node: process.version,
    cpus: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memoryGb: Math.round(totalmem() / 1e9),
    loadAtStart: Number(loadavg()[0]!.toFixed(1)),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== '');
  const flags = given.map(([name, value]) => `--${name} ${String(value)}`);
  console.log(`npm run bench -- ${[bench, ...flags].join(' ')}`);
  console.log(
    `${machine.date}, Node ${machine.node}, ${machine.cpus}, ${machine.memoryGb} GB, load ${machine.loadAtStart} at the start\n`,
  );

  function judge(what: string, value: number, relation: 'at least' | 'at most', goal: number): void {
    const met = relation === 'at least' ? value >= goal : value <= goal;
    goals.push({ what, relation, goal, value, met });
    console.log(`goal: ${what} ${relation} ${goal}: ${shown(value)}, ${met ? 'met' : 'missed'}`);
    if (!met) process.exitCode = 1;
  }

  return {
    figure: (name, value) => {
      figures[name] = value;
    },
    atLeast: (what, value, goal) => judge(what, value, 'at least', goal),
    atMost: (what, value, goal) => judge(what, value, 'at most', goal),
    save: async () => {
      if (json === undefined) return;
      await writeFile(json, `${JSON.stringify({ bench, machine, settings, figures, goals }, null, 2)}\n`);
      console.log(`\nwritten to ${json}`);
    },
  };
}

/** Four digits, so that a near miss does not look like the goal; larger numbers have no fraction. */
export const shown = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));

/** In Markdown, ready for a page. The first row is the head. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => String(row[column]).length)));
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell, column) => String(cell).padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  console.log([head, line(widths.map((width) => '-'.repeat(width))), ...body, ''].join('\n'));
}
