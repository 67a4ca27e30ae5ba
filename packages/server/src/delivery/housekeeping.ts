// What nobody waits for: erases tokens of contacts that are over, and removes what is past its time.
import { review } from '../contact/lifetime.ts';
import type { ContactSettings } from '../contact/settings.ts';
import type { ContactChanges } from '../store/contact-change.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { ContactKey, Store } from '../store/store.ts';

export interface Housekeeping {
  /** Does all there is to do now. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 60_000;
/** Small steps: between two of them calls get their turn. */
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

  /** One contact that cannot be read must not keep the others' tokens for ever. */
  async function erase(key: ContactKey): Promise<boolean> {
    try {
      const { erased } = await changes.change({
        key,
        rule: (document, now) => review(document, now, settings),
      });
      return erased;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      options.failed(error);
      return false;
    }
  }

  async function all(): Promise<void> {
    for (;;) {
      const ended = await store.ended(STEP.contacts);
      let erased = 0;
      for (const { instanceId, contactId } of ended) {
        if (stopped) return;
        if (await erase({ instanceId, contactId })) erased++;
      }
      // A contact that was registered again in between is shown once more; only progress is worth another round.
      if (ended.length < STEP.contacts || erased === 0) break;
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
