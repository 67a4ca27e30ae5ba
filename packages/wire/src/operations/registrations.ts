// Push notification registrations: one device token bound to one contact through one application.
import { USUAL_ERRORS } from '../errors.ts';
import { operation } from '../operation.ts';
import { boolean, integer, list, oneOf, required, string, structure } from '../shape.ts';

export const instanceId = string({ min: 1, max: 100 });
export const contactId = string({ min: 1, max: 256 });
export const clientToken = string({ max: 500 });
export const participantRole = oneOf('AGENT', 'CUSTOMER', 'SYSTEM', 'CUSTOM_BOT', 'SUPERVISOR');
export const deviceType = oneOf('GCM', 'APNS', 'APNS_SANDBOX');
/** One page of a list: its size, and the token of the previous page. */
export const maxResults = integer({ min: 1, max: 100 });
export const nextToken = string({ min: 1, max: 1000 });

export const createPushNotificationRegistration = operation({
  name: 'CreatePushNotificationRegistration',
  method: 'PUT',
  path: '/push-notification/{InstanceId}/registrations',
  input: structure({
    InstanceId: required(instanceId),
    ClientToken: clientToken,
    // Amazon's model has no limit here. This one keeps a document with ten registrations within its 64 KiB.
    PinpointAppArn: required(string({ min: 1, max: 2048 })),
    DeviceToken: required(string({ min: 1, max: 500, sensitive: true })),
    DeviceType: required(deviceType),
    ContactConfiguration: required(
      structure({
        ContactId: required(contactId),
        ParticipantRole: participantRole,
        IncludeRawMessage: boolean,
      }),
    ),
  }),
  output: structure({ RegistrationId: required(string({ min: 1, max: 256 })) }),
  errors: [
    'AccessDeniedException',
    'InternalServiceException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'ServiceQuotaExceededException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 65_536,
  origin: 'amazon',
});

export const deletePushNotificationRegistration = operation({
  name: 'DeletePushNotificationRegistration',
  method: 'DELETE',
  path: '/push-notification/{InstanceId}/registrations/{RegistrationId}',
  query: { ContactId: 'contactId' },
  input: structure({
    InstanceId: required(instanceId),
    RegistrationId: required(string({ min: 1, max: 256 })),
    ContactId: required(contactId),
  }),
  output: structure({}),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'amazon',
});

const registration = structure({
  RegistrationId: required(string()),
  DeviceType: required(deviceType),
  DeviceToken: required(string()),
  PinpointAppArn: required(string()),
  IncludeRawMessage: required(boolean),
  Status: required(oneOf('ACTIVE', 'SUSPENDED')),
  CreatedAt: required(string({ format: 'date-time' })),
});

export const getRegistration = operation({
  name: 'GetRegistration',
  method: 'GET',
  path: '/push-notification/{InstanceId}/registrations/{RegistrationId}',
  input: structure({
    InstanceId: required(instanceId),
    RegistrationId: required(string({ min: 1, max: 256 })),
  }),
  output: structure({
    ContactId: required(string()),
    Registration: registration,
    RemovedAt: string({ format: 'date-time' }),
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
  bearer: 'reading',
});

export const listPushNotificationRegistrations = operation({
  name: 'ListPushNotificationRegistrations',
  method: 'GET',
  path: '/push-notification/{InstanceId}/registrations',
  query: { ContactId: 'contactId', MaxResults: 'maxResults', NextToken: 'nextToken' },
  input: structure({
    InstanceId: required(instanceId),
    ContactId: required(contactId),
    MaxResults: maxResults,
    NextToken: nextToken,
  }),
  output: structure({
    Registrations: required(list(registration)),
    NextToken: nextToken,
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
  bearer: 'reading',
});
