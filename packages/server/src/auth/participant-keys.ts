// What the participant tokens of an instance are made with. Whoever has such a key can be any participant of that instance's
// chats, so it comes from an access key that may act there anyway, and says nothing about any other instance's.
import { createHmac } from 'node:crypto';
import { mayActOn } from './access-keys.ts';
import type { AccessKeySettings } from './access-keys.ts';

/**
 * Answers the key of an instance (its bare id); undefined where no access key may act on it. Each is derived from the first
 * access key that may: stable over restarts and the same on every node, because all share their settings; none is stored.
 */
export function createParticipantKeys(
  accessKeys: readonly AccessKeySettings[],
): (instanceId: string) => Uint8Array | undefined {
  return (instanceId) => {
    const first = accessKeys.find((one) => mayActOn(one, instanceId));
    return (
      first && createHmac('sha256', first.secret).update(`chatpush participant key\n${instanceId}`).digest()
    );
  };
}
