#!/usr/bin/env node
// The command `chatpush-emulator`.
import { runEmulator } from './command.ts';

try {
  await runEmulator(process.argv.slice(2));
} catch (error) {
  // Errors the user can fix are one sentence; a bug keeps its stack.
  const { exitCode, message, stack } = error as Error & { exitCode?: number };
  process.stderr.write(`chatpush-emulator: ${exitCode === undefined ? stack : message}\n`);
  process.exitCode = exitCode ?? 1;
}
