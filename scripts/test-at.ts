// npm run test:at -- <offset> [path or package …] : the tests on another day, `+400d`, `+3y`, `-30d` (units: m, h, d, y).
//
// libfaketime moves the wall clock of this Node and of all that it starts, PostgreSQL included; the monotonic clock, by
// which time-outs run, stays. Tests in the browser are left out: Chromium's sandboxed processes do not load the library.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const [offset = '', ...wanted] = process.argv.slice(2);
if (!/^[+-]\d+[mhdy]?$/.test(offset)) {
  console.error('Say how far the clock is to be moved: npm run test:at -- +400d (or +3y, -30d, +12h).');
  process.exit(2);
}
const runner = fileURLToPath(new URL('test.ts', import.meta.url));
const child = spawn(
  'faketime',
  // The multithreaded library; `process.execPath`, because a script in between would start an older Node.
  ['-m', '-f', offset, process.execPath, '--conditions=source', runner, '--without-browser', ...wanted],
  { stdio: 'inherit', env: { ...process.env, FAKETIME_DONT_FAKE_MONOTONIC: '1' } },
);
child.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'ENOENT' ? 'There is no faketime here: apt-get install faketime.' : error.message,
  );
  process.exit(1);
});
const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
process.exitCode = signal === null ? (code ?? 1) : 1;
