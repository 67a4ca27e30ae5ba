// Re-encrypts every stored credential that is under an old key with the current one.
import type { ChannelName } from '../config/config.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import type { Sealing } from '../secrets/sealing.ts';
import { SealError } from '../secrets/sealing.ts';
import { associatedWith, parseApplication, withChannel } from './document.ts';
import type { ApplicationDocument } from './document.ts';
import type { StoredApplications } from './stored-applications.ts';

export interface Rekeyed {
  /** How many credentials were re-encrypted. */
  readonly changed: number;
  /** How many were already under the current key. */
  readonly current: number;
  /** Credentials that could not be decrypted, and why; they are unchanged. */
  readonly failed: readonly { readonly arn: string; readonly channel: ChannelName; readonly why: string }[];
}

/** May be repeated, and may run while applications change. */
export async function rekey(stored: StoredApplications, sealing: Sealing): Promise<Rekeyed> {
  let changed = 0;
  let current = 0;
  const failed: Rekeyed['failed'][number][] = [];
  for await (const { arn, body } of stored.all()) {
    const { channels = {} } = parseApplication(body);
    for (const name of CHANNEL_NAMES) {
      const channel = channels[name];
      if (channel === undefined) continue;
      if (!sealing.isOld(channel.sealed)) {
        current++;
        continue;
      }
      try {
        await stored.change(arn, (document) => document && resealed(document, arn, name, sealing));
        changed++;
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        failed.push({ arn, channel: name, why: error.message });
      }
    }
  }
  return { changed, current, failed };
}

function resealed(
  document: ApplicationDocument,
  arn: string,
  name: ChannelName,
  sealing: Sealing,
): ApplicationDocument {
  const channel = document.channels?.[name];
  if (channel === undefined) return document;
  const associated = associatedWith(arn, name);
  return withChannel(document, name, {
    ...channel,
    sealed: sealing.seal(sealing.open(channel.sealed, associated), associated),
  });
}
