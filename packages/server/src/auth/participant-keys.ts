// The keys of an instance's participant tokens. The holder of such a key can pose as any participant of that
// instance's chats. So it is derived from access keys that may start and join chats there anyway, and reveals
// nothing about other instances' keys.
import { createHmac } from 'node:crypto';
import type { AccessKeySettings } from './access-keys.ts';
import { allows, permissionsOf } from './permissions.ts';

/** The key of an instance (by its bare id); undefined if no access key may start or join chats. */
export type ParticipantKeyOf = (instanceId: string) => Uint8Array | undefined;

/**
 * Derived from the first access key that may do both there; if none may, from the first for each, so that neither
 * holder can derive it alone. Stable over restarts and the same on every node, because all share their settings;
 * none is stored.
 */
export function createParticipantKeys(accessKeys: readonly AccessKeySettings[]): ParticipantKeyOf {
  const keys = accessKeys.map((key) => ({ secret: key.secret, permissions: permissionsOf(key) }));
  return (instanceId) => {
    const may = (action: string) => keys.filter(({ permissions }) => allows(permissions, action, instanceId));
    const [starters, joiners] = [may('connect:StartChatContact'), may('connect:CreateParticipant')];
    const both = starters.find((key) => joiners.includes(key));
    const makers = both ? [both] : [starters[0], joiners[0]].filter((key) => key !== undefined);
    if (makers.length === 0) return undefined;
    return createHmac('sha256', makers.map(({ secret }) => secret).join('\n'))
      .update(`chatpush participant key\n${instanceId}`)
      .digest();
  };
}
