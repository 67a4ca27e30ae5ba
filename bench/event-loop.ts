// Loaded into the service under test (`--import`): on SIGUSR2 it says on standard output for how long the event loop of the main
// thread has been blocked at most since it was last asked.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 2;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    // What is recorded is the time between two timers, of which the resolution is no delay.
    const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const said = { eventLoop: { maxMs: ms(delay.max), p99Ms: ms(delay.percentile(99)) } };
    process.stdout.write(`${JSON.stringify(said)}\n`);
    delay.reset();
  });
}
