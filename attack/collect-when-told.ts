// Loaded into the target: a collection of garbage on SIGUSR2, so that what is left is what cannot be freed.
process.on('SIGUSR2', () => globalThis.gc?.());
