// What phones would show for a message, without sending it.
import { operation } from '../operation.ts';
import { boolean, list, oneOf, required, string, structure } from '../shape.ts';
import { contactId, deviceType, participantRole } from './registrations.ts';

export const previewPush = operation({
  name: 'PreviewPush',
  method: 'POST',
  path: '/push-preview',
  input: structure({
    PinpointAppArn: required(string({ min: 1, max: 2048 })),
    Type: required(oneOf('MESSAGE', 'ATTACHMENT')),
    ContentType: string({ min: 1, max: 100 }),
    Content: string({ maxBytes: 16_384, sensitive: true }),
    ParticipantRole: participantRole,
    DisplayName: string({ max: 256, sensitive: true }),
    MessageVisibility: oneOf('AGENT', 'CUSTOMER', 'ALL'),
    ContactId: contactId,
    IncludeRawMessage: boolean,
  }),
  output: structure({
    Previews: required(list(structure({ DeviceType: required(deviceType), Payload: required(string()) }))),
    Reason: string(),
  }),
  errors: [
    'AccessDeniedException',
    'InternalServiceException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});
