// What a service holds while it runs, released in the opposite order when it stops.

export interface Resources {
  /** `name` says in the log what did not end in time. */
  readonly take: (name: string, release: () => unknown) => void;
  /** Releases everything, the latest first. */
  release(): Promise<void>;
  /** The same for at most so long. Answers what has not ended by then, the latest first. */
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
