// Contacts: start and stop.
import { randomUUID } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import { end, start } from '../contact/lifetime.ts';
import type { OperationDependencies } from './dependencies.ts';
import { refuseFaults, textFault } from './faults.ts';
import { participantKey, participantToken } from './participant-token.ts';

/** Amazon's default: 25 hours. */
const DEFAULT_CHAT_MINUTES = 1_500;

/**
 * Begins a contact with one participant, the customer. A repeat with the same ClientToken returns the same contact.
 */
export async function startChatContact(
  { changes, directory, settings, participantKeys }: OperationDependencies,
  input: Input<'StartChatContact'>,
): Promise<Output<'StartChatContact'>> {
  const { InstanceId, ClientToken, ...parameters } = input;
  refuseFaults([
    textFault(
      '/SupportedMessagingContentTypes',
      input.SupportedMessagingContentTypes?.includes('text/plain') === false,
      'Member must contain text/plain',
    ),
    textFault(
      '/RelatedContactId',
      input.RelatedContactId !== undefined && input.PersistentChat !== undefined,
      'Member must not be given together with PersistentChat',
    ),
    textFault(
      '/ConnectionTypes',
      input.ConnectionTypes !== undefined,
      'Member must be absent: call CreateParticipantConnection with the ParticipantToken of the answer instead',
    ),
    textFault(
      '/ChatStreamingConfiguration',
      input.ChatStreamingConfiguration !== undefined,
      'Member must be absent: chatpush does not stream messages out, it only receives them',
    ),
  ]);
  const key = participantKey(participantKeys, InstanceId);
  const contactId = randomUUID();
  const participantId = randomUUID();
  const begun = await changes.change({
    key: { instanceId: InstanceId, contactId },
    claim: {
      operation: 'StartChatContact',
      token: ClientToken,
      parameters: { ChatDurationInMinutes: DEFAULT_CHAT_MINUTES, ...parameters },
    },
    check: () => directory.instance(InstanceId),
    rule: (document, now) => {
      const change = start(document, now, settings);
      if ('refusal' in change) return change;
      return { ...change, result: { contactId, participantId, startedAt: change.result.startedAt } };
    },
  });
  return {
    ContactId: begun.contactId,
    ParticipantId: begun.participantId,
    ParticipantToken: participantToken(key, {
      instanceId: InstanceId,
      contactId: begun.contactId,
      participantId: begun.participantId,
      role: 'CUSTOMER',
      expiresAt: begun.startedAt + settings.lifetimeMs,
    }),
  };
}

/**
 * Ends a contact by any of its ids. A contact that has already ended is accepted again: the caller has what it
 * asked for, and a repeat after a lost answer must not look like a failure. (Amazon's ContactNotFoundException,
 * 410, is for voice calls.)
 */
export async function stopContact(
  { changes, directory, clock }: OperationDependencies,
  { InstanceId, ContactId }: Input<'StopContact'>,
): Promise<Output<'StopContact'>> {
  await directory.instance(InstanceId);
  const calledAt = clock.now();
  await changes.change({
    key: { instanceId: InstanceId, contactId: ContactId },
    rule: (document, now) => end(document, calledAt, now),
  });
  return {};
}
