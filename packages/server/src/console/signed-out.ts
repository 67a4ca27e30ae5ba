// Sessions that were signed out before they expired. They are stored under their key, because any node would accept
// the cookie; every node that serves the console reads them again every few seconds.
import { changeSetting, everySetting } from '../applications/change-setting.ts';
import type { Session } from '../auth/session.ts';
import type { Store } from '../store/store.ts';

export interface SignedOut {
  has(session: Session): boolean;
  /** Resolves when it is in the store. This node knows it at once. */
  add(session: Session): Promise<void>;
  close(): void;
}

/** How long another node may still accept a session that was signed out. */
const READ_AGAIN_MS = 5_000;

/** The stored record of a key: its sessions with their expiry times, in milliseconds since the epoch. */
interface Note {
  readonly signedOut: Readonly<Record<string, number>>;
}

const parse = (body: string | undefined): Note =>
  body === undefined ? { signedOut: {} } : (JSON.parse(body) as Note);

/** Resolves when the records were read once, or could not be. */
export async function openSignedOut(options: {
  readonly store: Store;
  /** Whether the console is served: otherwise nothing is read. */
  readonly isOn: () => boolean;
  readonly now: () => number;
  /** The records could not be read; the known ones stay. */
  readonly failed: (error: unknown) => void;
  /** Default 5 seconds. */
  readonly readAgainMs?: number;
}): Promise<SignedOut> {
  const { store, isOn, now, failed, readAgainMs = READ_AGAIN_MS } = options;
  /** Expiry time by session id. */
  const known = new Map<string, number>();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const dropExpired = (): void => {
    for (const [id, expiresAt] of known) if (expiresAt <= now()) known.delete(id);
  };
  async function read(): Promise<void> {
    for await (const { body } of everySetting(store, 'access-key'))
      for (const [id, expiresAt] of Object.entries(parse(body).signedOut)) known.set(id, expiresAt);
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
