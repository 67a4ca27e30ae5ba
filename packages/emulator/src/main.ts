#!/usr/bin/env node
// The command `chatpush-emulator`.
import { runEmulator } from './command.ts';

try {
  await runEmulator(process.argv.slice(2));
} catch (error) {
  // What the user can mend is one sentence; a bug keeps its stack.
  const { code, exitCode = 1, message, stack } = error as Error & { code?: string; exitCode?: number };
  const known = exitCode === 2 || code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL';
  process.stderr.write(`chatpush-emulator: ${known ? message : stack}\n`);
  process.exitCode = exitCode;
}
