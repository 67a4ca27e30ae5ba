// An in-memory view of a shard that few calls need: read from the heads on first use, so no start waits for it, kept up
// to date from then on, and dropped after a while without use.
import type { JetStreamClient } from '@nats-io/jetstream';
import { follow, type Follower, type Told } from './follower.ts';

export interface View {
  /** Resolves once everything that was written before, or up to this sequence, is in the view. */
  readonly read: (upTo?: number) => Promise<void>;
  /** Everything has been read once, so `read` will be quick. */
  readonly isLoaded: () => boolean;
  readonly close: () => Promise<void>;
}

const FORGET_MS = 600_000;

export function createView(options: {
  readonly client: JetStreamClient;
  readonly stream: string;
  readonly subjects: readonly string[];
  readonly told: Told;
  /** Drops everything that was told. */
  readonly forget: () => void;
  readonly reachedTip: (follower: Follower) => Promise<void>;
}): View {
  const { client, stream, subjects, told, forget, reachedTip } = options;
  let following: Promise<Follower> | undefined;
  let unused: NodeJS.Timeout | undefined;
  let isLoaded = false;

  async function close(): Promise<void> {
    clearTimeout(unused);
    const follower = following;
    following = undefined;
    isLoaded = false;
    await (await follower?.catch(() => undefined))?.close();
    if (following === undefined) forget();
  }

  return {
    async read(upTo) {
      clearTimeout(unused);
      unused = setTimeout(() => void close(), FORGET_MS).unref();
      following ??= follow(client, stream, subjects, told);
      following.catch(() => (following = undefined));
      const follower = await following;
      await (upTo === undefined ? reachedTip(follower) : follower.reached(upTo));
      isLoaded = true;
    },
    isLoaded: () => isLoaded,
    close,
  };
}
