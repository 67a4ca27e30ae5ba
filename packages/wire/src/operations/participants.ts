// Participants of a contact. CreateParticipant belongs to Connect; the other two belong to the Participant Service, a separate
// API (2018-09-07) whose calls are authenticated only by a token in `X-Amz-Bearer`.
// https://docs.aws.amazon.com/connect/latest/APIReference/Welcome.html#welcome-participant-service
import { operation } from '../operation.ts';
import { boolean, list, oneOf, required, string, structure } from '../shape.ts';
import { clientToken, contactId, instanceId, participantRole } from './registrations.ts';

const token = string({ min: 1, max: 1000, sensitive: true });
const participantId = string({ min: 1, max: 256 });

export const createParticipant = operation({
  name: 'CreateParticipant',
  method: 'POST',
  path: '/contact/create-participant',
  input: structure({
    InstanceId: required(instanceId),
    ContactId: required(contactId),
    ClientToken: clientToken,
    ParticipantDetails: required(
      structure({
        ParticipantRole: participantRole,
        DisplayName: string({ min: 1, max: 256, sensitive: true }),
      }),
    ),
  }),
  output: structure({
    ParticipantCredentials: required(
      structure({ ParticipantToken: required(token), Expiry: required(string({ format: 'date-time' })) }),
    ),
    ParticipantId: required(participantId),
  }),
  errors: [
    'AccessDeniedException',
    'InternalServiceException',
    'InvalidParameterException',
    'InvalidRequestException',
    'ResourceNotFoundException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 65_536,
  origin: 'amazon',
});

export const createParticipantConnection = operation({
  name: 'CreateParticipantConnection',
  method: 'POST',
  path: '/participant/connection',
  headers: { ParticipantToken: 'x-amz-bearer' },
  auth: 'participant-token',
  input: structure({
    ParticipantToken: required(token),
    Type: list(oneOf('WEBSOCKET', 'CONNECTION_CREDENTIALS', 'WEBRTC_CONNECTION'), { min: 1, max: 3 }),
    ConnectParticipant: boolean,
  }),
  output: structure({
    ConnectionCredentials: structure({
      ConnectionToken: required(token),
      Expiry: required(string({ format: 'date-time' })),
    }),
  }),
  emptyAnswer: 'object',
  errors: ['AccessDeniedException', 'InternalServerException', 'ThrottlingException', 'ValidationException'],
  bodyLimitBytes: 65_536,
  origin: 'amazon',
});

export const sendMessage = operation({
  name: 'SendMessage',
  method: 'POST',
  path: '/participant/message',
  headers: { ConnectionToken: 'x-amz-bearer' },
  auth: 'connection-token',
  input: structure({
    ConnectionToken: required(token),
    ContentType: required(string({ min: 1, max: 100 })),
    Content: required(string({ min: 1, maxBytes: 16_384, sensitive: true })),
    ClientToken: clientToken,
  }),
  output: structure({
    Id: required(string({ min: 1, max: 256 })),
    AbsoluteTime: required(string({ format: 'date-time' })),
  }),
  errors: ['AccessDeniedException', 'InternalServerException', 'ThrottlingException', 'ValidationException'],
  // Escaped as JSON, 16,384 bytes of text can grow sixfold.
  bodyLimitBytes: 131_072,
  origin: 'amazon',
});
