// Loaded into the target: collects garbage on SIGUSR2, so that only memory that cannot be freed remains.
process.on('SIGUSR2', () => globalThis.gc?.());
