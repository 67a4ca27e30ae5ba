// Loaded into the service under test (`--import`). On SIGUSR2 it prints the longest block of the event loop since
// the previous signal.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 2;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  // The recorded value is the time between two timers; their resolution is not a delay.
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const said = { eventLoop: { maxMs: ms(delay.max), p99Ms: ms(delay.percentile(99)) } };
  process.stdout.write(`${JSON.stringify(said)}\n`);
  delay.reset();
});
