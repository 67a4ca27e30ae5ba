// Chat events: what happened in chats, reported by the chat platform.
import { USUAL_ERRORS } from '../errors.ts';
import { operation } from '../operation.ts';
import { integer, list, oneOf, required, string, structure } from '../shape.ts';
import { contactId, instanceId, participantRole } from './registrations.ts';

/** What a message says, who wrote it, and who may see it. */
export const messageMembers = {
  ContentType: string({ min: 1, max: 100 }),
  Content: string({ maxBytes: 16_384, sensitive: true }),
  ParticipantRole: participantRole,
  DisplayName: string({ max: 256, sensitive: true }),
  MessageVisibility: oneOf('AGENT', 'CUSTOMER', 'ALL'),
} as const;

export const putChatEvents = operation({
  name: 'PutChatEvents',
  method: 'PUT',
  path: '/chat-events/{InstanceId}',
  input: structure({
    InstanceId: required(instanceId),
    Events: required(
      list(
        structure({
          Id: required(string({ min: 1, max: 256 })),
          ContactId: required(contactId),
          InitialContactId: contactId,
          Type: required(oneOf('MESSAGE', 'ATTACHMENT', 'EVENT')),
          ...messageMembers,
          AbsoluteTime: string({ format: 'date-time' }),
        }),
        { min: 1, max: 500 },
      ),
    ),
  }),
  output: structure({
    Results: required(
      list(
        structure({
          Id: required(string()),
          Deliveries: required(integer()),
          Reason: string(),
        }),
      ),
    ),
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 10_485_760,
  origin: 'chatpush',
  bearer: 'intake',
});
