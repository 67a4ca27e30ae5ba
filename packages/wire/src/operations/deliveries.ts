// The delivery log: every delivery with its attempts, or with the reason why it was never attempted. Also the two actions on a
// delivery, replay and withdraw.
import { USUAL_ERRORS } from '../errors.ts';
import { operation } from '../operation.ts';
import { boolean, integer, list, oneOf, required, string, structure } from '../shape.ts';
import { contactId, deviceType, instanceId, maxResults, nextToken } from './registrations.ts';

const status = oneOf('queued', 'accepted', 'rejected', 'expired', 'withdrawn', 'skipped');
const dateTime = string({ format: 'date-time' });
const deliveryId = string({ min: 1, max: 100 });

const delivery = structure({
  DeliveryId: required(string()),
  ContactId: required(string()),
  MessageId: required(string()),
  RegistrationId: string(),
  PinpointAppArn: string(),
  DeviceType: deviceType,
  Status: required(status),
  Reason: string(),
  /** The gateway's reason, for deliveries that wait for a closed channel. */
  Detail: string(),
  /** The first 2 and the last 8; `AttemptCount` is the total. */
  Attempts: required(
    list(
      structure({
        At: required(dateTime),
        Outcome: required(oneOf('accepted', 'rejected', 'unsent', 'unknown')),
        Gateway: required(string()),
        Answer: string(),
      }),
    ),
  ),
  AttemptCount: required(integer()),
  CreatedAt: required(dateTime),
  ExpiresAt: dateTime,
  CanReplay: required(boolean),
});

export const listDeliveries = operation({
  name: 'ListDeliveries',
  method: 'GET',
  path: '/push-notification/{InstanceId}/deliveries',
  query: {
    ContactId: 'contactId',
    Status: 'status',
    Reason: 'reason',
    PinpointAppArn: 'pinpointAppArn',
    DeviceType: 'deviceType',
    StartTime: 'startTime',
    EndTime: 'endTime',
    MaxResults: 'maxResults',
    NextToken: 'nextToken',
  },
  input: structure({
    InstanceId: required(instanceId),
    ContactId: contactId,
    Status: oneOf(...status.values!, 'undelivered'),
    Reason: string({ min: 1, max: 200 }),
    // It is sent in the query, whose length is limited.
    PinpointAppArn: string({ min: 1, max: 500 }),
    DeviceType: deviceType,
    StartTime: dateTime,
    EndTime: dateTime,
    MaxResults: maxResults,
    NextToken: nextToken,
  }),
  output: structure({ Deliveries: required(list(delivery)), NextToken: nextToken }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
  bearer: 'reading',
});

export const getDelivery = operation({
  name: 'GetDelivery',
  method: 'GET',
  path: '/push-notification/{InstanceId}/deliveries/{DeliveryId}',
  input: structure({ InstanceId: required(instanceId), DeliveryId: required(deliveryId) }),
  output: structure({ Delivery: required(delivery) }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
  bearer: 'reading',
});

export const getDeliveryCounts = operation({
  name: 'GetDeliveryCounts',
  method: 'GET',
  path: '/push-notification/{InstanceId}/delivery-counts',
  query: { Minutes: 'minutes', EndTime: 'endTime' },
  input: structure({
    InstanceId: required(instanceId),
    Minutes: integer({ min: 1, max: 180 }),
    EndTime: dateTime,
  }),
  output: structure({
    Counts: required(
      list(
        structure({
          At: required(dateTime),
          Started: required(integer()),
          Undelivered: required(integer()),
        }),
      ),
    ),
  }),
  errors: USUAL_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
  bearer: 'reading',
});

const actErrors = [
  'AccessDeniedException',
  'ConditionalOperationFailedException',
  'InternalServiceException',
  'InvalidParameterException',
  'ResourceNotFoundException',
  'ThrottlingException',
] as const;

export const replayDelivery = operation({
  name: 'ReplayDelivery',
  method: 'POST',
  path: '/push-notification/{InstanceId}/replay-delivery',
  input: structure({ InstanceId: required(instanceId), DeliveryId: required(deliveryId) }),
  output: structure({ Delivery: required(delivery) }),
  errors: actErrors,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});

export const withdrawDelivery = operation({
  name: 'WithdrawDelivery',
  method: 'POST',
  path: '/push-notification/{InstanceId}/withdraw-delivery',
  input: structure({ InstanceId: required(instanceId), DeliveryId: required(deliveryId) }),
  output: structure({ Delivery: required(delivery) }),
  errors: actErrors,
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});
