// What phones would show for a message. Nothing is stored and nothing is sent.
import type { Input, Output } from '@chatpush/wire';
import { readEvent, toNotification, withoutPush, type ChatEvent } from '../contact/events.ts';
import type { OperationDependencies } from './dependencies.ts';
import { applicationArnFault, refuseFaults } from './faults.ts';

export async function previewPush(
  { directory, previewPush: preview }: OperationDependencies,
  input: Input<'PreviewPush'>,
): Promise<Output<'PreviewPush'>> {
  const { PinpointAppArn, ContactId = 'contact-id', IncludeRawMessage = true } = input;
  refuseFaults([applicationArnFault('/PinpointAppArn', PinpointAppArn)]);
  await directory.application(PinpointAppArn);
  const event: ChatEvent = {
    id: 'message-id',
    contactId: ContactId,
    type: input.Type,
    contentType: input.ContentType,
    content: input.Content,
    participantRole: input.ParticipantRole,
    displayName: input.DisplayName,
    visibility: input.MessageVisibility ?? 'ALL',
  };
  const reason = withoutPush(event);
  if (reason !== undefined) return { Previews: [], Reason: reason };
  const rules = await directory.rules(PinpointAppArn);
  const notification = toNotification(
    event,
    ContactId,
    IncludeRawMessage ? readEvent(event) : undefined,
    rules,
  );
  const previews = preview(PinpointAppArn, { ...notification, ttlMs: rules.ttlMs });
  return {
    Previews: previews.map(({ deviceType, payload }) => ({ DeviceType: deviceType, Payload: payload })),
  };
}
