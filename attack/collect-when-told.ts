// Loaded into the target: collects garbage on SIGUSR2, so that only memory that cannot be freed remains. Collects twice,
// because V8 sweeps buffers on another thread and subtracts them from its external memory in the next collection: after one,
// the 30 MB of uploads that had ended still counted.
import { setTimeout as wait } from 'node:timers/promises';

const SWEEP_MS = 300;

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  void wait(SWEEP_MS).then(() => globalThis.gc?.());
});
