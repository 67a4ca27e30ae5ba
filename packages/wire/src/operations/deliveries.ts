// The delivery log: what became of every delivery, attempt by attempt, and why others were never attempted.
import { operation } from '../operation.ts';
import { integer, list, oneOf, required, string, structure } from '../shape.ts';
import { contactId, instanceId, maxResults, nextToken } from './registrations.ts';

export const listDeliveries = operation({
  name: 'ListDeliveries',
  method: 'GET',
  path: '/push-notification/{InstanceId}/deliveries',
  query: { ContactId: 'contactId', MaxResults: 'maxResults', NextToken: 'nextToken' },
  input: structure({
    InstanceId: required(instanceId),
    ContactId: required(contactId),
    MaxResults: maxResults,
    NextToken: nextToken,
  }),
  output: structure({
    Deliveries: required(
      list(
        structure({
          DeliveryId: required(string()),
          MessageId: required(string()),
          RegistrationId: string(),
          Status: required(oneOf('queued', 'accepted', 'rejected', 'expired', 'withdrawn', 'skipped')),
          Reason: string(),
          /** The gateway's reason, for deliveries that wait for a closed channel. */
          Detail: string(),
          /** The first 2 and the last 8; `AttemptCount` is the total. */
          Attempts: required(
            list(
              structure({
                At: required(string({ format: 'date-time' })),
                Outcome: required(oneOf('accepted', 'rejected', 'unsent', 'unknown')),
                Gateway: required(string()),
                Answer: string(),
              }),
            ),
          ),
          AttemptCount: required(integer()),
          CreatedAt: required(string({ format: 'date-time' })),
        }),
      ),
    ),
    NextToken: nextToken,
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
  bearer: 'reading',
});
