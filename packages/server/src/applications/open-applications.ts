// Everything about stored applications that the service assembles: documents, associations, the sending side's
// view, and the encryption of credentials.
import type { Config } from '../config/config.ts';
import { developmentKey } from '../secrets/development-key.ts';
import { createSealing } from '../secrets/sealing.ts';
import type { Sealing } from '../secrets/sealing.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { createAssociations } from './associations.ts';
import type { Associations } from './associations.ts';
import { createLiveApplications } from './live-applications.ts';
import type { LiveApplications } from './live-applications.ts';
import { createStoredApplications } from './stored-applications.ts';
import type { StoredApplications } from './stored-applications.ts';

export interface Applications {
  readonly stored: StoredApplications;
  readonly associations: Associations;
  readonly live: LiveApplications;
  /** Undefined: no key is set. */
  readonly sealing: () => Sealing | undefined;
}

/** Rejects if the store cannot be read. `config` is called whenever it is needed, because a reload changes it. */
export async function openApplications(options: {
  readonly store: Store;
  readonly config: () => Config;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}): Promise<Applications> {
  const { store, config } = options;
  let ofDevelopment: SecretKeys | undefined;
  let made: { readonly keys: SecretKeys; readonly sealing: Sealing } | undefined;
  const sealing = (): Sealing | undefined => {
    const { secretKeys, development, store: place } = config();
    if (development && place.kind === 'sqlite') ofDevelopment ??= developmentKey(place.path);
    const keys = secretKeys ?? ofDevelopment;
    if (keys === undefined) return undefined;
    if (made?.keys !== keys) made = { keys, sealing: createSealing(keys) };
    return made.sealing;
  };
  const stored = createStoredApplications(store);
  const live = createLiveApplications({
    store,
    stored,
    changed: options.changed,
    failed: options.failed,
    live: () => {
      const { autoCreate, gateways } = config();
      const emulated = autoCreate === 'all';
      return { emulated, reach: gateways, sealing: emulated ? undefined : sealing() };
    },
  });
  await live.start();
  return { stored, associations: createAssociations(store), live, sealing };
}
