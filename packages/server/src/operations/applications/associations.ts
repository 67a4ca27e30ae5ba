// Associations of instances with applications: Amazon Connect's integration associations of the type `PINPOINT_APP`.
import { randomUUID } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import type { Association } from '../../applications/associations.ts';
import { ServiceError } from '../../service-error.ts';
import type { OperationDependencies } from '../dependencies.ts';
import type { Call } from '../handlers.ts';
import { applicationIdOf } from './application.ts';

const TYPE = 'PINPOINT_APP';

const associationArn = (
  { account }: OperationDependencies,
  { region }: Call,
  instanceId: string,
  id: string,
): string => `arn:aws:connect:${region}:${account()}:instance/${instanceId}/integration-association/${id}`;

export async function createIntegrationAssociation(
  dependencies: OperationDependencies,
  { InstanceId, IntegrationType, IntegrationArn }: Input<'CreateIntegrationAssociation'>,
  call: Call,
): Promise<Output<'CreateIntegrationAssociation'>> {
  if (IntegrationType !== TYPE)
    throw new ServiceError(
      'InvalidRequestException',
      `IntegrationType must be ${TYPE}: chatpush does not support the type ${IntegrationType}.`,
    );
  const { directory, associations } = dependencies;
  await directory.instance(InstanceId);
  await directory.application(IntegrationArn);
  const id = randomUUID();
  await associations.change(InstanceId, (before) => {
    if (before)
      throw new ServiceError(
        'DuplicateResourceException',
        `The instance is associated with the application ${applicationIdOf(before.applicationArn)} already, by the association ${before.id}; delete that one first.`,
      );
    return { id, applicationArn: IntegrationArn };
  });
  return {
    IntegrationAssociationId: id,
    IntegrationAssociationArn: associationArn(dependencies, call, InstanceId, id),
  };
}

export async function listIntegrationAssociations(
  dependencies: OperationDependencies,
  { InstanceId, IntegrationType = TYPE, IntegrationArn }: Input<'ListIntegrationAssociations'>,
  call: Call,
): Promise<Output<'ListIntegrationAssociations'>> {
  const { directory, associations } = dependencies;
  await directory.instance(InstanceId);
  const association = await associations.read(InstanceId);
  const isWanted = ({ applicationArn }: Association): boolean =>
    IntegrationType === TYPE && (IntegrationArn === undefined || IntegrationArn === applicationArn);
  return {
    IntegrationAssociationSummaryList:
      association && isWanted(association)
        ? [
            {
              IntegrationAssociationId: association.id,
              IntegrationAssociationArn: associationArn(dependencies, call, InstanceId, association.id),
              InstanceId,
              IntegrationType: TYPE,
              IntegrationArn: association.applicationArn,
            },
          ]
        : [],
  };
}

export async function deleteIntegrationAssociation(
  { directory, associations }: OperationDependencies,
  { InstanceId, IntegrationAssociationId }: Input<'DeleteIntegrationAssociation'>,
): Promise<Output<'DeleteIntegrationAssociation'>> {
  await directory.instance(InstanceId);
  await associations.change(InstanceId, (association) => {
    if (association?.id !== IntegrationAssociationId)
      throw new ServiceError('ResourceNotFoundException', 'The instance has no association with this id.');
    return undefined;
  });
  return {};
}
