// Waiting that ends when the caller's signal says so, and leaves nothing behind: neither timers nor listeners.

/** Resolves after `ms`, or rejects with the signal's reason. */
export const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });

/** The reason of the signal that {@link withDeadline} gives to its task when time is up. */
export class DeadlinePassed extends Error {}

/**
 * Runs a task that gets a signal of its own. Rejects with the caller's reason or with {@link DeadlinePassed} as soon as
 * either comes, also when the task does not listen. (`AbortSignal.any` would do it in fewer lines, and keeps what it made
 * alive as long as a long-lived signal of the caller's.)
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(new DeadlinePassed()), ms);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([task(controller.signal), aborted(controller.signal)]);
  } catch (error) {
    // Whatever the task made of its signal, the reason is what counts.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
