// What the participant tokens of an instance are made with. The holder of such a key can be any participant of that
// instance's chats, so it comes from access keys that may start and join chats there anyway, and says nothing about any other
// instance's.
import { createHmac } from 'node:crypto';
import type { AccessKeySettings } from './access-keys.ts';
import { allows, permissionsOf } from './permissions.ts';

/** Answers the key of an instance (its bare id); undefined where no access key may start or join chats. */
export type ParticipantKeyOf = (instanceId: string) => Uint8Array | undefined;

/**
 * Each is derived from the first access key that may do both there; where none may, from the first for each, so that neither
 * holder can make it alone. Stable over restarts and the same on every node, because all share their settings; none is stored.
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
