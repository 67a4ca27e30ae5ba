// What a running service holds, released in reverse order when it stops.

export interface Resources {
  /** `name` identifies in the log what was not released in time. */
  readonly take: (name: string, release: () => unknown) => void;
  /** Releases everything, newest first. */
  release(): Promise<void>;
  /** Does the same within at most `ms`. Resolves with the names of what is not released by then, newest first. */
  releaseWithin(ms: number): Promise<readonly string[]>;
}

export function createResources(): Resources {
  const stack = new AsyncDisposableStack();
  const held = new Set<string>();
  const release = (): Promise<void> => stack.disposeAsync();
  return {
    take: (name, releaseOne) => {
      held.add(name);
      stack.defer(async () => {
        await releaseOne();
        held.delete(name);
      });
    },
    release,
    releaseWithin: async (ms) => {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      try {
        await Promise.race([release(), late]);
      } finally {
        clearTimeout(timer);
      }
      return [...held].toReversed();
    },
  };
}
