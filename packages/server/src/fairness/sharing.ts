// Whether several owners use this node. While one has it to itself, nobody else waits for how much it does at once.
export interface Sharing {
  /** Call it whenever an owner begins something. */
  begin(owner: string): void;
  /** Whether another owner than the last one has begun something within SHARED_MS. */
  readonly isShared: boolean;
}

/** Long enough for the pauses between the messages of a chat. */
export const SHARED_MS = 10_000;

/** `monotonic`: milliseconds that only grow. */
export function createSharing(monotonic: () => number): Sharing {
  let last = '';
  let lastAtMs = -Infinity;
  let othersAtMs = -Infinity;
  return {
    begin(owner) {
      if (owner !== last) othersAtMs = lastAtMs;
      last = owner;
      lastAtMs = monotonic();
    },
    get isShared() {
      return monotonic() - othersAtMs < SHARED_MS;
    },
  };
}
