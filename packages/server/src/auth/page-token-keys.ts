// What page tokens are sealed with: the same on every node, because all share their settings.
import { createHmac, randomBytes } from 'node:crypto';
import type { AccessKeySettings } from './access-keys.ts';

/**
 * The first one seals. The others open what was sealed before another key was put in front of them. Without access keys no
 * other node could know it, and pages go on only where they began.
 */
export function pageTokenKeys(accessKeys: readonly AccessKeySettings[]): readonly Uint8Array[] {
  if (accessKeys.length === 0) return [randomBytes(32)];
  return accessKeys.map(({ secret }) =>
    createHmac('sha256', secret).update('chatpush page token key').digest(),
  );
}
