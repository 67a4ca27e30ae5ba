// Participants: a bot joins a chat, and the holder of a token writes in it. Only what a bot or a test needs.
import { randomUUID } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import { refuse } from '../contact/change.ts';
import { hasEnded } from '../contact/document.ts';
import type { ContactDocument } from '../contact/document.ts';
import { ServiceError } from '../service-error.ts';
import { findContact } from '../store/contact-change.ts';
import type { OperationDependencies } from './dependencies.ts';
import { MAX_TOKEN, participantKey, participantToken, withNameThatFits } from './participant-token.ts';
import type { Participant } from './participant-token.ts';

/**
 * A repeat with the same ClientToken returns the same participant, hence the same token; only the claim is stored.
 */
export async function createParticipant(
  { changes, directory, settings, participantKeys }: OperationDependencies,
  { InstanceId, ContactId, ClientToken, ParticipantDetails }: Input<'CreateParticipant'>,
): Promise<Output<'CreateParticipant'>> {
  const { ParticipantRole: role, DisplayName: displayName } = ParticipantDetails;
  if (role !== 'CUSTOM_BOT')
    throw new ServiceError(
      'InvalidRequestException',
      'ParticipantRole must be CUSTOM_BOT: no other role can join a chat this way.',
    );
  const key = participantKey(participantKeys, InstanceId);
  const joined = await changes.change({
    key: { instanceId: InstanceId, contactId: ContactId },
    claim: {
      operation: 'CreateParticipant',
      token: ClientToken,
      parameters: { ContactId, ParticipantDetails },
    },
    check: () => directory.instance(InstanceId),
    rule: (document, now) =>
      isOpen(document, now)
        ? { result: { participantId: randomUUID(), expiresAt: now + settings.lifetimeMs } }
        : refuse('ResourceNotFoundException', 'The contact does not exist, or has ended.'),
  });
  const participant = withNameThatFits({
    instanceId: InstanceId,
    contactId: ContactId,
    participantId: joined.participantId,
    role,
    expiresAt: joined.expiresAt,
    ...(displayName !== undefined && { displayName }),
  });
  const token = participantToken(key, participant);
  if (token.length > MAX_TOKEN)
    throw new ServiceError(
      'InvalidRequestException',
      `The contact id is too long: its token would have ${token.length} characters, but SDKs accept at most ${MAX_TOKEN}.`,
    );
  return {
    ParticipantCredentials: { ParticipantToken: token, Expiry: new Date(joined.expiresAt).toISOString() },
    ParticipantId: joined.participantId,
  };
}

/** The connection token is derived from the participant's, so every call returns the same one. */
export async function createParticipantConnection(
  { store, clock, participantKeys }: OperationDependencies,
  { Type = [] }: Input<'CreateParticipantConnection'>,
  participant: Participant,
): Promise<Output<'CreateParticipantConnection'>> {
  const lacking = Type.filter((type) => type !== 'CONNECTION_CREDENTIALS');
  if (lacking.length > 0)
    throw new ServiceError(
      'ValidationException',
      `There is no ${lacking.join(' and no ')} here; ask for CONNECTION_CREDENTIALS.`,
    );
  const { document } = await findContact(store, participant);
  if (!isOpen(document, clock.now())) throw denied();
  if (Type.length === 0) return {};
  return {
    ConnectionCredentials: {
      ConnectionToken: participantToken(
        participantKey(participantKeys, participant.instanceId),
        participant,
        'connection',
      ),
      Expiry: new Date(participant.expiresAt).toISOString(),
    },
  };
}

/**
 * The message's id is created with the claim of its ClientToken, so a repeat names the same message, whose
 * deliveries have the same ids. It may be repeated at any point, also after a crash between claim and deliveries,
 * and pushes once.
 */
export async function sendMessage(
  { changes, notify }: OperationDependencies,
  { ContentType, Content, ClientToken }: Input<'SendMessage'>,
  { instanceId, contactId, participantId, role, displayName }: Participant,
): Promise<Output<'SendMessage'>> {
  const written = await changes.change({
    key: { instanceId, contactId },
    claim: {
      operation: 'SendMessage',
      // A ClientToken belongs to its participant: nobody else can use it up.
      token: ClientToken && `${participantId} ${ClientToken}`,
      parameters: { contactId, ContentType, Content },
    },
    rule: (document, now) =>
      isOpen(document, now)
        ? { result: { id: randomUUID(), at: now } }
        : refuse('AccessDeniedException', DENIED),
  });
  await notify(instanceId, [
    {
      id: written.id,
      contactId,
      type: 'MESSAGE',
      contentType: ContentType,
      content: Content,
      participantRole: role,
      displayName,
      visibility: 'ALL',
      at: written.at,
    },
  ]);
  return { Id: written.id, AbsoluteTime: new Date(written.at).toISOString() };
}

const isOpen = (document: ContactDocument | undefined, now: number): boolean =>
  document !== undefined && !hasEnded(document, now);

/** Amazon's message after a chat has ended: https://github.com/amazon-connect/amazon-connect-chatjs/issues/120 */
const DENIED = 'Access denied';
const denied = () => new ServiceError('AccessDeniedException', DENIED);
