// The delivery log: of a contact, of an instance, and single deliveries.
import type { Input, Output } from '@chatpush/wire';
import { ServiceError } from '../service-error.ts';
import { findContact } from '../store/contact-change.ts';
import type { ContactKey, LoggedDelivery, Store } from '../store/store.ts';
import { UnreadableContactError } from '../store/stored-contact.ts';
import { toDelivery } from './delivery-answer.ts';
import type { OperationDependencies } from './dependencies.ts';
import { refuseFaults, textFault } from './faults.ts';
import { DEFAULT_PAGE, listOfInstance } from './instance-deliveries.ts';
import type { PageScope } from './page-token.ts';

const FILTERS = ['Status', 'Reason', 'PinpointAppArn', 'DeviceType', 'StartTime', 'EndTime'] as const;

export async function listDeliveries(
  dependencies: OperationDependencies,
  input: Input<'ListDeliveries'>,
): Promise<Output<'ListDeliveries'>> {
  const { ContactId } = input;
  await dependencies.directory.instance(input.InstanceId);
  if (ContactId === undefined) return listOfInstance(dependencies, input);
  refuseFaults(
    FILTERS.map((name) =>
      textFault(`/${name}`, input[name] !== undefined, 'Member must not be given together with ContactId'),
    ),
  );
  return listOfContact(dependencies, { ...input, ContactId });
}

/**
 * Newest first. The log outlives the contact, so the answer is "not found" only if the contact is unknown and has
 * no log.
 */
async function listOfContact(
  dependencies: OperationDependencies,
  { InstanceId, ContactId, MaxResults, NextToken }: Input<'ListDeliveries'> & { readonly ContactId: string },
): Promise<Output<'ListDeliveries'>> {
  const { store, pageTokens } = dependencies;
  const scope: PageScope = { list: 'deliveries', instanceId: InstanceId, contactId: ContactId };
  const next = pageTokens.open(scope, NextToken);
  const { key, nothing } = await findLog(store, { instanceId: InstanceId, contactId: ContactId });
  const page = await store.deliveries(key, { limit: MaxResults ?? DEFAULT_PAGE, next });
  if (nothing && page.items.length === 0 && next === undefined) throw nothing;
  return {
    Deliveries: page.items.map((entry) => toDelivery(entry, dependencies)),
    ...(page.next !== undefined && { NextToken: pageTokens.seal(scope, page.next) }),
  };
}

/** Which contact holds the log, and the error if it is empty. */
async function findLog(
  store: Store,
  given: ContactKey,
): Promise<{ readonly key: ContactKey; readonly nothing?: ServiceError }> {
  try {
    const { key, document } = await findContact(store, given);
    if (document) return { key };
    return { key, nothing: new ServiceError('ResourceNotFoundException', 'The contact does not exist.') };
  } catch (error) {
    if (!(error instanceof UnreadableContactError)) throw error;
    // A damaged contact still has its log, which says so. Without one the id may have been an alias, with the log
    // elsewhere.
    return { key: error.contacts[0]!, nothing: error };
  }
}

export async function getDelivery(
  dependencies: OperationDependencies,
  { InstanceId, DeliveryId }: Input<'GetDelivery'>,
): Promise<Output<'GetDelivery'>> {
  await dependencies.directory.instance(InstanceId);
  return {
    Delivery: toDelivery(await findDelivery(dependencies.store, InstanceId, DeliveryId), dependencies),
  };
}

/** Throws ResourceNotFoundException. */
export async function findDelivery(store: Store, instanceId: string, id: string): Promise<LoggedDelivery> {
  const entry = await store.delivery(instanceId, id);
  if (entry === undefined)
    throw new ServiceError(
      'ResourceNotFoundException',
      'The instance has no such delivery, or it was older than 7 days and has been deleted.',
    );
  return entry;
}
