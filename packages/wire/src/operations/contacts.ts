// Contacts (chats): what a test or a bot needs to start and stop one.
// Members without an effect here (flow, attributes, persistence) are validated as Amazon does and otherwise ignored.
import { operation } from '../operation.ts';
import { integer, list, map, oneOf, required, string, structure } from '../shape.ts';
import { clientToken, contactId, instanceId } from './registrations.ts';

export const startChatContact = operation({
  name: 'StartChatContact',
  method: 'PUT',
  path: '/contact/chat',
  input: structure({
    InstanceId: required(instanceId),
    ContactFlowId: required(string({ max: 500 })),
    Attributes: map(string({ max: 32_767 }), { maxBytes: 32_768 }),
    ParticipantDetails: required(
      structure({ DisplayName: required(string({ min: 1, max: 256, sensitive: true })) }),
    ),
    InitialMessage: structure({
      ContentType: required(string({ min: 1, max: 100 })),
      Content: required(string({ min: 1, max: 16_384, sensitive: true })),
    }),
    ClientToken: clientToken,
    ChatDurationInMinutes: integer({ min: 60, max: 10_080 }),
    SupportedMessagingContentTypes: list(string({ min: 1, max: 100 })),
    PersistentChat: structure({
      RehydrationType: oneOf('ENTIRE_PAST_SESSION', 'FROM_SEGMENT'),
      SourceContactId: contactId,
    }),
    RelatedContactId: contactId,
    CustomerId: string({ min: 1, max: 128 }),
    // Refused, because we support neither: after a 200 the caller would wait for something that never happens.
    ConnectionTypes: list(string({ min: 1, max: 100 })),
    ChatStreamingConfiguration: structure({
      StreamingEndpointArn: required(string({ min: 1, max: 350 })),
    }),
  }),
  output: structure({
    ContactId: required(contactId),
    ParticipantId: required(string({ min: 1, max: 256 })),
    ParticipantToken: required(string({ min: 1, max: 1000, sensitive: true })),
  }),
  errors: [
    'AccessDeniedException',
    'InternalServiceException',
    'InvalidParameterException',
    'InvalidRequestException',
    'LimitExceededException',
    'ResourceNotFoundException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 262_144,
  origin: 'amazon',
});

export const stopContact = operation({
  name: 'StopContact',
  method: 'POST',
  path: '/contact/stop',
  input: structure({
    ContactId: required(contactId),
    InstanceId: required(instanceId),
    DisconnectReason: structure({ Code: string({ min: 1, max: 100 }) }),
  }),
  output: structure({}),
  emptyAnswer: 'object',
  errors: [
    'AccessDeniedException',
    'ContactNotFoundException',
    'InternalServiceException',
    'InvalidParameterException',
    'InvalidRequestException',
    'ResourceNotFoundException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 65_536,
  origin: 'amazon',
});
