// Waiting that ends when the caller's signal says so, and leaves nothing behind: neither timers nor listeners.

/** Resolves after `ms`, or rejects with the signal's reason. */
export const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  withDeadline(
    ms,
    signal,
    () => new Promise<void>(() => undefined),
    () => undefined,
  );

/** What a task that runs against a deadline is given. */
export interface Ending {
  /** Whether the task is waited for no more. */
  isOver(): boolean;
  /** Has `stop` called when it is waited for no more; at once, when that is so already. */
  onEnd(stop: (reason: unknown) => void): void;
}

/**
 * What a task answers, or `late()` when that takes longer than `ms`. Rejects with the reason of the caller's signal as soon as
 * that aborts, whether the task listens or not. (With `AbortSignal.any` and `AbortSignal.timeout` this were shorter; they keep
 * what they made alive as long as a long-lived signal of the caller's, and cost as much as signing.)
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
      // A method and no getter: an object literal with a getter costs as much as the signature (npm run bench -- client).
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
