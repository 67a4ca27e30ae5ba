// Chat events from the operator's own chat platform.
import type { Input, Output } from '@chatpush/wire';
import type { ChatEvent } from '../contact/events.ts';
import type { OperationDependencies } from './dependencies.ts';

/**
 * Answers after the commit: everything it counts is on disk. Repeating the call, whole or in part, sends nothing
 * twice.
 */
export async function putChatEvents(
  { directory, notify }: OperationDependencies,
  { InstanceId, Events }: Input<'PutChatEvents'>,
): Promise<Output<'PutChatEvents'>> {
  await directory.instance(InstanceId);
  const results = await notify(InstanceId, Events.map(toChatEvent));
  return {
    Results: results.map(({ id, deliveries, reason }) => ({
      Id: id,
      Deliveries: deliveries,
      Reason: reason,
    })),
  };
}

/** An event as the service knows it. */
export function toChatEvent(event: Input<'PutChatEvents'>['Events'][number]): ChatEvent {
  return {
    id: event.Id,
    contactId: event.ContactId,
    initialContactId: event.InitialContactId,
    type: event.Type,
    contentType: event.ContentType,
    content: event.Content,
    participantRole: event.ParticipantRole,
    displayName: event.DisplayName,
    // A backend that sends no visibility has nothing to hide. (Amazon's stream always sends it.)
    visibility: event.MessageVisibility ?? 'ALL',
    at: event.AbsoluteTime === undefined ? undefined : Date.parse(event.AbsoluteTime),
  };
}
