// The keys that encrypt page tokens: the same on every node, because all share their settings.
import { createHmac, randomBytes } from 'node:crypto';
import type { AccessKeySettings } from './access-keys.ts';

/**
 * The first one encrypts. The others decrypt tokens from before a new key was added in front. Without access keys
 * no other node could know the key, so pages continue only on the node where they began.
 */
export function pageTokenKeys(accessKeys: readonly AccessKeySettings[]): readonly Uint8Array[] {
  if (accessKeys.length === 0) return [randomBytes(32)];
  return accessKeys.map(({ secret }) =>
    createHmac('sha256', secret).update('chatpush page token key').digest(),
  );
}
