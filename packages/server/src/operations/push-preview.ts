// What phones would show for a message. Nothing is stored and nothing is sent.
import type { Input, Output } from '@chatpush/wire';
import { readEvent, toNotification, withoutPush } from '../contact/events.ts';
import { toChatEvent } from './chat-events.ts';
import type { OperationDependencies } from './dependencies.ts';
import { applicationArnFault, refuseFaults } from './faults.ts';

export async function previewPush(
  { directory, previewPush: preview }: OperationDependencies,
  input: Input<'PreviewPush'>,
): Promise<Output<'PreviewPush'>> {
  const { PinpointAppArn, ContactId = 'contact-id', IncludeRawMessage = true } = input;
  refuseFaults([applicationArnFault('/PinpointAppArn', PinpointAppArn)]);
  await directory.application(PinpointAppArn);
  const event = toChatEvent({ ...input, Id: 'message-id', ContactId });
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
