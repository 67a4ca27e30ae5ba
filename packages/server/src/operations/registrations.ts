// Registrations: create, delete and list.
import { randomInt } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import { registrationIn, type Registration } from '../contact/document.ts';
import { register } from '../contact/register.ts';
import { remove } from '../contact/removal.ts';
import { isSuspended } from '../contact/suspension.ts';
import { ServiceError } from '../service-error.ts';
import { findContact, followedFrom } from '../store/contact-change.ts';
import { REGISTRATION_NUMBERS, registrationIdsOf } from '../store/registration-id.ts';
import type { OperationDependencies } from './dependencies.ts';
import { applicationArnFault, customerRoleFault, refuseFaults } from './faults.ts';
import type { PageScope } from './page-token.ts';

/** Binds a device to a contact. For 7 days, a repeat with the same ClientToken gets the first answer. */
export async function createRegistration(
  { changes, directory, settings, registrationRefusal }: OperationDependencies,
  input: Input<'CreatePushNotificationRegistration'>,
): Promise<Output<'CreatePushNotificationRegistration'>> {
  const { InstanceId, PinpointAppArn, DeviceToken, DeviceType, ClientToken } = input;
  const { ContactId, ParticipantRole = 'CUSTOMER', IncludeRawMessage = false } = input.ContactConfiguration;
  refuseFaults([
    applicationArnFault('/PinpointAppArn', PinpointAppArn),
    customerRoleFault('/ContactConfiguration/ParticipantRole', ParticipantRole),
  ]);
  const number = randomInt(REGISTRATION_NUMBERS);
  let refusal: string | undefined;
  const answer = await changes.change({
    key: { instanceId: InstanceId, contactId: ContactId },
    claim: {
      operation: 'CreatePushNotificationRegistration',
      token: ClientToken,
      // In the order in which fingerprint.ts reads them.
      parameters: { ContactId, DeviceToken, DeviceType, IncludeRawMessage, ParticipantRole, PinpointAppArn },
    },
    mostlyNew: true,
    check: async () => {
      await directory.instance(InstanceId);
      await directory.application(PinpointAppArn, InstanceId);
      refusal = await registrationRefusal(InstanceId);
    },
    rule: (document, now, contactId) =>
      register(
        document,
        {
          registrationIds: registrationIdsOf(contactId, number),
          deviceToken: DeviceToken,
          deviceType: DeviceType,
          applicationArn: PinpointAppArn,
          includeRawMessage: IncludeRawMessage,
          createContact: directory.createsContacts,
          instanceRefusal: refusal,
        },
        now,
        settings,
      ),
  });
  return { RegistrationId: answer.registrationId };
}

/**
 * Deletes a registration. A repeat within a day gets the first answer. Once it has answered, no attempt for the
 * registration begins.
 */
export async function deleteRegistration(
  { store, changes, directory, onRevoked }: OperationDependencies,
  { InstanceId, ContactId, RegistrationId }: Input<'DeletePushNotificationRegistration'>,
): Promise<Output<'DeletePushNotificationRegistration'>> {
  await directory.instance(InstanceId);
  await changes.change({
    key: { instanceId: InstanceId, contactId: ContactId },
    rule: (document, now) => remove(document, RegistrationId, now),
  });
  // Also after a repeat: the first call may have died between its commit and this line.
  onRevoked(RegistrationId);
  store.hint('revoked', RegistrationId);
  return {};
}

/** A registration's position in the list, which does not change when others do. */
const placeOf = ({ createdAt, registrationId }: Registration): string =>
  `${String(createdAt).padStart(16, '0')} ${registrationId}`;

/** The registrations of a contact, oldest first, with their device tokens abbreviated. */
export async function listRegistrations(
  { store, directory, fingerprintOf, pageTokens }: OperationDependencies,
  input: Input<'ListPushNotificationRegistrations'>,
): Promise<Output<'ListPushNotificationRegistrations'>> {
  await directory.instance(input.InstanceId);
  const scope: PageScope = {
    list: 'registrations',
    instanceId: input.InstanceId,
    contactId: input.ContactId,
  };
  const after = pageTokens.open(scope, input.NextToken) ?? '';
  const { document } = await findContact(store, {
    instanceId: input.InstanceId,
    contactId: input.ContactId,
  });
  if (document === undefined)
    throw new ServiceError('ResourceNotFoundException', 'The contact does not exist.');
  const rest = document.registrations
    .filter((registration) => placeOf(registration) > after)
    .sort((one, two) => (placeOf(one) < placeOf(two) ? -1 : 1));
  const page = rest.slice(0, input.MaxResults ?? 100);
  const last = page.at(-1);
  return {
    Registrations: page.map((registration) => toRegistration(registration, fingerprintOf)),
    ...(last !== undefined &&
      page.length < rest.length && { NextToken: pageTokens.seal(scope, placeOf(last)) }),
  };
}

/** Finds a registration and its contact by the registration id alone. */
export async function getRegistration(
  { store, directory, fingerprintOf }: OperationDependencies,
  { InstanceId, RegistrationId }: Input<'GetRegistration'>,
): Promise<Output<'GetRegistration'>> {
  await directory.instance(InstanceId);
  const contact = await store.registered(InstanceId, RegistrationId);
  if (contact === undefined)
    throw new ServiceError(
      'ResourceNotFoundException',
      'No contact of the instance has or had this registration, or the contact ended more than 7 days ago.',
    );
  const { key, document } = await followedFrom(store, contact);
  const found = document && registrationIn(document, RegistrationId);
  const removed = document?.tombstones.find(({ registrationId }) => registrationId === RegistrationId);
  return {
    ContactId: key.contactId,
    ...(found && { Registration: toRegistration(found, fingerprintOf) }),
    ...(removed && { RemovedAt: new Date(removed.deletedAt).toISOString() }),
  };
}

const toRegistration = (
  registration: Registration,
  fingerprintOf: OperationDependencies['fingerprintOf'],
) => ({
  RegistrationId: registration.registrationId,
  DeviceType: registration.deviceType,
  DeviceToken: abbreviated(registration.deviceToken),
  PinpointAppArn: registration.applicationArn,
  IncludeRawMessage: registration.includeRawMessage,
  Status: isSuspended(registration, fingerprintOf) ? ('SUSPENDED' as const) : ('ACTIVE' as const),
  CreatedAt: new Date(registration.createdAt).toISOString(),
});

/** Enough of a token to recognize it, too little to push with: at most ten characters, never more than a third. */
function abbreviated(token: string): string {
  const shown = Math.min(5, Math.floor(token.length / 6));
  return `${token.slice(0, shown)}…${shown > 0 ? token.slice(-shown) : ''}`;
}
