// Sessions that somebody has signed out of before they expired. They are noted with their key in the store, because any node
// would take the cookie; every node that serves the console reads the notes again every few seconds.
import { changeSetting } from '../applications/change-setting.ts';
import type { Session } from '../auth/session.ts';
import type { Store } from '../store/store.ts';

export interface SignedOut {
  has(session: Session): boolean;
  /** Resolves when it is in the store. This node knows it at once. */
  add(session: Session): Promise<void>;
  close(): void;
}

/** How long another node may go on taking a session that was signed out of. */
const READ_AGAIN_MS = 5_000;
const PAGE = 100;

/** What a key's note says: the sessions with the time of their end, in milliseconds since the epoch. */
interface Note {
  readonly signedOut: Readonly<Record<string, number>>;
}

const parse = (body: string | undefined): Note =>
  body === undefined ? { signedOut: {} } : (JSON.parse(body) as Note);

/** Resolves when the notes were read once, or could not be. */
export async function openSignedOut(options: {
  readonly store: Store;
  /** Whether the console is served: otherwise nothing is read. */
  readonly isOn: () => boolean;
  readonly now: () => number;
  /** The notes could not be read; those that are known stay. */
  readonly failed: (error: unknown) => void;
  /** Default 5 seconds. */
  readonly readAgainMs?: number;
}): Promise<SignedOut> {
  const { store, isOn, now, failed, readAgainMs = READ_AGAIN_MS } = options;
  /** By the id of the session, the time of its end. */
  const known = new Map<string, number>();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const dropExpired = (): void => {
    for (const [id, expiresAt] of known) if (expiresAt <= now()) known.delete(id);
  };
  async function read(): Promise<void> {
    let next: string | undefined;
    do {
      const page = await store.settings('access-key', { limit: PAGE, ...(next !== undefined && { next }) });
      for (const { body } of page.items)
        for (const [id, expiresAt] of Object.entries(parse(body).signedOut)) known.set(id, expiresAt);
      ({ next } = page);
    } while (next !== undefined);
    dropExpired();
  }
  const readAgain = async (): Promise<void> => {
    if (isOn()) await read().catch((error: unknown) => isClosed || failed(error));
    if (isClosed) return;
    timer = setTimeout(() => void readAgain(), readAgainMs);
    timer.unref();
  };
  await readAgain();

  return {
    has: ({ id }) => known.has(id),
    async add({ id, accessKeyId, expiresAt }) {
      known.set(id, expiresAt);
      await changeSetting(store, 'access-key', accessKeyId, (body) => {
        const before = Object.entries(parse(body).signedOut).filter(([, endsAt]) => endsAt > now());
        return JSON.stringify({ signedOut: Object.fromEntries([...before, [id, expiresAt]]) } satisfies Note);
      });
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
