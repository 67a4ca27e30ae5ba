// What page tokens are sealed with: the same on every node, because all share their settings.
import { createHmac, randomBytes } from 'node:crypto';
import type { AccessKeySettings } from './access-keys.ts';

/** Without access keys no other node could know it, and pages go on only where they began. */
export function pageTokenKey([first]: readonly AccessKeySettings[]): Uint8Array {
  return first === undefined
    ? randomBytes(32)
    : createHmac('sha256', first.secret).update('chatpush page token key').digest();
}
