// npm run test:at -- <offset> [path or package …] : runs the tests on another day: `+400d`, `+3y`, `-30d` (units: m, h, d, y).
//
// libfaketime moves the wall clock of this Node and of every process that it starts, including PostgreSQL. The monotonic clock,
// which drives timeouts, is unchanged. Browser tests are skipped: Chromium's sandboxed processes do not load the library.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const [offset = '', ...wanted] = process.argv.slice(2);
if (!/^[+-]\d+[mhdy]?$/.test(offset)) {
  console.error('The offset of the clock is missing: npm run test:at -- +400d (or +3y, -30d, +12h).');
  process.exit(2);
}
const runner = fileURLToPath(new URL('test.ts', import.meta.url));
const child = spawn(
  'faketime',
  // -m: the multithreaded library. `process.execPath`, because a script in between would start an older Node.
  ['-m', '-f', offset, process.execPath, '--conditions=source', runner, '--without-browser', ...wanted],
  { stdio: 'inherit', env: { ...process.env, FAKETIME_DONT_FAKE_MONOTONIC: '1' } },
);
child.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'ENOENT' ? 'faketime is not installed: run "apt-get install faketime".' : error.message,
  );
  process.exit(1);
});
const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
process.exitCode = signal === null ? (code ?? 1) : 1;
