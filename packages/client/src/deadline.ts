// Waits that end when the caller's signal aborts, and leave no timers or listeners behind.

/** Resolves after `ms`, or rejects with the signal's reason. */
export const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  withDeadline(
    ms,
    signal,
    () => new Promise<void>(() => undefined),
    () => undefined,
  );

/** Tells a task with a deadline when its result is no longer needed. */
export interface Ending {
  /** Whether the deadline has passed or the caller has aborted. */
  isOver(): boolean;
  /** Calls `stop` at that moment, or immediately if it has passed. */
  onEnd(stop: (reason: unknown) => void): void;
}

/**
 * The result of a task, or `late()` if that takes longer than `ms`. Rejects with the reason of the caller's signal as soon as
 * it aborts, whether the task listens or not. (`AbortSignal.any` and `AbortSignal.timeout` would be shorter, but they leak
 * memory as long as the caller's signal lives, and cost as much as signing.)
 */
export function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  task: (ending: Ending) => Promise<T>,
  late: () => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let ended: { readonly reason: unknown } | undefined;
    let stop: ((reason: unknown) => void) | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const end = (reason: unknown): void => {
      settle();
      ended = { reason };
      stop?.(reason);
    };
    const abort = (): void => {
      reject(signal?.reason as Error);
      end(signal?.reason);
    };
    const timer = setTimeout(() => {
      resolve(late());
      end(new Error(`over after ${ms} ms`));
    }, ms);
    signal?.addEventListener('abort', abort);
    const ending: Ending = {
      // A method rather than a getter: an object literal with a getter costs as much as the signature (npm run bench -- client).
      isOver() {
        return ended !== undefined;
      },
      onEnd(wanted) {
        stop = wanted;
        if (ended) stop(ended.reason);
      },
    };
    task(ending).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
