// npm test [-- path or package …] : runs each test file in its own process. With CI set, a skipped test fails the run.
//
// A process ends only when nothing is open, so a file that leaks a session, timer, socket or worker never ends. The run names it
// and fails.
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from './command-line.ts';

/** The descendants of a process, nearest first, from /proc on Linux; none elsewhere. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const file of globSync('/proc/[0-9]*/stat')) {
    try {
      // The name, in parentheses, may contain anything; the state and the parent follow it (proc(5)).
      const parent = /\) \S (\d+)/.exec(readFileSync(file, 'utf8'))?.[1];
      parents.set(Number(file.split('/')[2]), Number(parent));
    } catch {
      // The process has ended meanwhile.
    }
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found.slice(1);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended by itself.
  }
}

/** No test runs this long without output. */
const SILENCE_MS = 150_000;

const { positionals: wanted, values } = readCommandLine(
  {
    allowPositionals: true,
    options: { 'without-browser': { type: 'boolean', default: false } },
  },
  'npm test -- [--without-browser] [path or package …]',
);
const opensBrowser = (file: string): boolean => /from '[./]+browser\.ts'/.test(readFileSync(file, 'utf8'));
const files = globSync('{packages,examples,scripts,campaign}/**/test/**/*.test.ts')
  .filter((file) => !file.includes('node_modules'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .filter((file) => !values['without-browser'] || !opensBrowser(file))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}

// Every process would strip the types of the same files again; this saves a fifth of the CPU time of a short test.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../node_modules/.cache/compile/', import.meta.url),
);

const skipped: string[] = [];
const durations = new Map<string, number>();
const running = new Set<string>();
let silence: NodeJS.Timeout | undefined;
const heard = (): void => {
  clearTimeout(silence);
  silence = setTimeout(() => {
    console.error(
      `No output for ${SILENCE_MS / 1000} seconds. These files hang or left something open:\n  ${[...running].join('\n  ')}`,
    );
    // Stop their child processes, above all PostgreSQL, which would outlive them.
    for (const pid of descendants(process.pid)) end(pid);
    process.exit(1);
  }, SILENCE_MS);
};
heard();

function printSlowest(): void {
  const slowest = [...durations].sort(([, a], [, b]) => b - a).slice(0, 10);
  console.log('The slowest files, in seconds:');
  for (const [file, ms] of slowest) console.log(`  ${(ms / 1000).toFixed(0).padStart(4)}  ${file}`);
}

const events = run({
  files,
  // A test mostly waits: for a commit, a server, a timer. One file per processor left half of the machine idle.
  concurrency: 2 * availableParallelism(),
  execArgv: ['--conditions=source'],
});
events.on('test:dequeue', ({ name, nesting }) => {
  heard();
  if (nesting === 0 && files.some((file) => name.endsWith(file))) running.add(name);
});
events.on('test:complete', ({ name, details }) => {
  heard();
  if (running.delete(name)) durations.set(name, details.duration_ms);
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:pass', (test) => {
  if (test.skip !== undefined && test.skip !== false) skipped.push(`${test.name}: ${String(test.skip)}`);
});
events.on('end', () => {
  clearTimeout(silence);
  if (files.length > 10) printSlowest();
  if (process.env['CI'] === undefined || skipped.length === 0) return;
  console.error(`These tests were skipped, but CI must run every test:\n  ${skipped.join('\n  ')}`);
  process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
