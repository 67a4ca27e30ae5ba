// Runs the doctor's check now: would the gateway accept a push of this channel?
import { USUAL_ERRORS } from '../errors.ts';
import { operation } from '../operation.ts';
import { oneOf, required, string, structure } from '../shape.ts';
import { deviceType } from './registrations.ts';

export const examineChannel = operation({
  name: 'ExamineChannel',
  method: 'GET',
  path: '/channel-examination',
  query: { PinpointAppArn: 'pinpointAppArn', DeviceType: 'deviceType' },
  input: structure({
    PinpointAppArn: required(string({ min: 1, max: 500 })),
    DeviceType: required(deviceType),
  }),
  output: structure({
    State: required(oneOf('healthy', 'broken', 'unclear')),
    Answer: required(string()),
    Says: required(string()),
    Cure: string(),
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});
