// Background work that nobody waits for: erases the tokens of contacts that are over, and deletes expired data.
import { review } from '../contact/lifetime.ts';
import type { ContactSettings } from '../contact/settings.ts';
import type { ContactChanges } from '../store/contact-change.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { Contact, Store } from '../store/store.ts';

export interface Housekeeping {
  /** Does everything that is due now. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 60_000;
/** A contact that cannot be reviewed needs a person to fix it: it is retried this often. */
const FAILED_AGAIN_MS = 3_600_000;
/** Small steps: calls get their turn between two of them. */
const STEP = { rows: 1_000, contacts: 100 } as const;

export function createHousekeeping(options: {
  readonly store: Store;
  readonly changes: ContactChanges;
  readonly settings: ContactSettings;
  readonly failed: (error: unknown) => void;
}): Housekeeping {
  const { store, changes, settings } = options;
  let stopped = false;
  let running: Promise<void> | undefined;

  /** True: the contact is no longer due. */
  async function erase(contact: Contact): Promise<boolean> {
    const { instanceId, contactId, version, body } = contact;
    try {
      const { erased } = await changes.change({
        key: { instanceId, contactId },
        rule: (document, now) => review(document, now, settings),
      });
      return erased;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      options.failed(error);
      // An unreadable contact must not keep the tokens of others forever: at the head of the queue it would always
      // be the only one examined.
      const reviewInMs = FAILED_AGAIN_MS;
      const postponed = await store.commit({ contact: { instanceId, contactId, version, body, reviewInMs } });
      return postponed === 'committed';
    }
  }

  async function all(): Promise<void> {
    for (;;) {
      const ended = await store.ended(STEP.contacts);
      let progress = 0;
      for (const contact of ended) {
        if (stopped) return;
        if (await erase(contact)) progress++;
      }
      // A contact that was registered again in between is listed once more; another round is worthwhile only after
      // progress.
      if (ended.length < STEP.contacts || progress === 0) break;
    }
    for (;;) if (stopped || !(await store.sweep(STEP.rows))) return;
  }

  const run = (): Promise<void> =>
    (running ??= all().finally(() => {
      running = undefined;
    }));
  const timer = setInterval(() => {
    run().catch(options.failed);
  }, EVERY_MS);

  return {
    run,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running?.catch(options.failed);
    },
  };
}
