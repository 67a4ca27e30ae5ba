// Which application an instance pushes through: Amazon Connect's integration associations, of the type `PINPOINT_APP`.
import { operation } from '../operation.ts';
import { list, map, oneOf, required, string, structure, unsupported } from '../shape.ts';
import { instanceId, maxResults, nextToken } from './registrations.ts';

const integrationType = oneOf(
  'EVENT',
  'VOICE_ID',
  'PINPOINT_APP',
  'WISDOM_ASSISTANT',
  'WISDOM_KNOWLEDGE_BASE',
  'WISDOM_QUICK_RESPONSES',
  'Q_MESSAGE_TEMPLATES',
  'CASES_DOMAIN',
  'APPLICATION',
  'FILE_SCANNER',
  'SES_IDENTITY',
  'ANALYTICS_CONNECTOR',
  'CALL_TRANSFER_CONNECTOR',
  'COGNITO_USER_POOL',
  'MESSAGE_PROCESSOR',
);
const ONLY_EVENT = 'it is for integrations of the type EVENT, which chatpush does not have';
const arn = string({ min: 1, max: 2048 });
const errors = [
  'AccessDeniedException',
  'InternalServiceException',
  'InvalidRequestException',
  'ResourceNotFoundException',
  'ThrottlingException',
] as const;
const CONNECT = { bodyLimitBytes: 65_536, origin: 'amazon' } as const;

export const createIntegrationAssociation = operation({
  ...CONNECT,
  name: 'CreateIntegrationAssociation',
  method: 'PUT',
  path: '/instance/{InstanceId}/integration-associations',
  input: structure({
    InstanceId: required(instanceId),
    IntegrationType: required(integrationType),
    IntegrationArn: required(arn),
    SourceApplicationUrl: unsupported(ONLY_EVENT),
    SourceApplicationName: unsupported(ONLY_EVENT),
    SourceType: unsupported(ONLY_EVENT),
    Tags: map(string({ max: 256 }), { maxBytes: 16_384 }),
  }),
  output: structure({
    IntegrationAssociationId: required(string()),
    IntegrationAssociationArn: required(string()),
  }),
  errors: [...errors, 'DuplicateResourceException'],
});

export const listIntegrationAssociations = operation({
  ...CONNECT,
  name: 'ListIntegrationAssociations',
  method: 'GET',
  path: '/instance/{InstanceId}/integration-associations',
  query: {
    IntegrationType: 'integrationType',
    NextToken: 'nextToken',
    MaxResults: 'maxResults',
    IntegrationArn: 'integrationArn',
  },
  input: structure({
    InstanceId: required(instanceId),
    IntegrationType: integrationType,
    NextToken: nextToken,
    MaxResults: maxResults,
    IntegrationArn: arn,
  }),
  output: structure({
    IntegrationAssociationSummaryList: required(
      list(
        structure({
          IntegrationAssociationId: required(string()),
          IntegrationAssociationArn: required(string()),
          InstanceId: required(string()),
          IntegrationType: required(integrationType),
          IntegrationArn: required(string()),
        }),
      ),
    ),
    NextToken: nextToken,
  }),
  errors,
});

export const deleteIntegrationAssociation = operation({
  ...CONNECT,
  name: 'DeleteIntegrationAssociation',
  method: 'DELETE',
  path: '/instance/{InstanceId}/integration-associations/{IntegrationAssociationId}',
  input: structure({
    InstanceId: required(instanceId),
    IntegrationAssociationId: required(string({ min: 1, max: 200 })),
  }),
  output: structure({}),
  errors,
});
