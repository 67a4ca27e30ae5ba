// npm test [-- path or package …] : runs the test files, a process each, and fails on a skip where CI is set.
import { availableParallelism } from 'node:os';
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const wanted = process.argv.slice(2);
const files = globSync('{packages,examples,scripts}/**/test/**/*.test.ts')
  .filter((file) => !file.includes('node_modules'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}

const skipped: string[] = [];
const events = run({
  files,
  concurrency: Math.max(2, availableParallelism()),
  timeout: 180_000,
  execArgv: ['--conditions=source'],
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:pass', (test) => {
  if (test.skip !== undefined && test.skip !== false) skipped.push(`${test.name}: ${String(test.skip)}`);
});
events.on('end', () => {
  if (process.env['CI'] === undefined || skipped.length === 0) return;
  console.error(`CI runs every test, and these were skipped:\n  ${skipped.join('\n  ')}`);
  process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
