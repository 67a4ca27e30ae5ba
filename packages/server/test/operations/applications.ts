// The dependencies of application operations over a test's store: no settings file, no encryption key, no gateways.
import { createAssociations } from '../../src/applications/associations.ts';
import { createLiveApplications } from '../../src/applications/live-applications.ts';
import { createPushPreview } from '../../src/channels/push-preview.ts';
import { createStoredApplications } from '../../src/applications/stored-applications.ts';
import type { Store } from '../../src/store/store.ts';

export function applicationParts(store: Store) {
  const stored = createStoredApplications(store);
  const live = createLiveApplications({
    store,
    stored,
    live: () => ({ sealing: undefined, reach: {}, emulated: true }),
    changed: () => undefined,
    // The test may have closed the store meanwhile.
    failed: () => undefined,
  });
  return {
    stored,
    live,
    associations: createAssociations(store),
    configured: () => [],
    sealing: () => undefined,
    account: () => '000000000000',
    examineChannel: async () => undefined,
    previewPush: createPushPreview({
      applicationOf: () => undefined,
      everything: true,
      now: () => Date.UTC(2026, 10, 22),
    }),
    sendDirect: async () => ({ kind: 'no-channel' as const }),
  };
}
