// What phones would show for a message, without sending it.
import { USUAL_ERRORS } from '../errors.ts';
import { operation } from '../operation.ts';
import { boolean, list, oneOf, required, string, structure } from '../shape.ts';
import { messageMembers } from './chat-events.ts';
import { contactId, deviceType } from './registrations.ts';

export const previewPush = operation({
  name: 'PreviewPush',
  method: 'POST',
  path: '/push-preview',
  input: structure({
    PinpointAppArn: required(string({ min: 1, max: 2048 })),
    Type: required(oneOf('MESSAGE', 'ATTACHMENT')),
    ...messageMembers,
    ContactId: contactId,
    IncludeRawMessage: boolean,
  }),
  output: structure({
    Previews: required(list(structure({ DeviceType: required(deviceType), Payload: required(string()) }))),
    Reason: string(),
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});
