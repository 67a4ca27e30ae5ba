// A device is registered for a contact, or registered again.
//
// The same device is the same registration: it keeps its id, and takes the flag, the application and the gateway of the
// newest call. So a backend that registers at every start of the app never makes a phone ring twice.
import { DOCUMENT_LIMIT_BYTES } from './settings.ts';
import type { ContactSettings } from './settings.ts';
import { refuse } from './change.ts';
import type { Change } from './change.ts';
import { deviceKey, normalToken } from './device.ts';
import { hasEnded, serialiseContact } from './document.ts';
import type { ContactDocument, DeviceType, Registration } from './document.ts';
import { openedContact } from './lifetime.ts';

export interface RegisterInput {
  /** A fresh id, used if the device is new to the contact. */
  readonly registrationId: string;
  readonly deviceToken: string;
  readonly deviceType: DeviceType;
  readonly applicationArn: string;
  readonly includeRawMessage: boolean;
  /** Whether a contact nobody has heard of begins here. */
  readonly createContact: boolean;
  /** Why the instance may not have another registration; a device that is known may be registered again. */
  readonly instanceRefusal?: string | undefined;
}

/** Refuses an ended contact, an unknown one where it may not begin here, and one device too many of the contact or the instance. */
export function register(
  document: ContactDocument | undefined,
  input: RegisterInput,
  now: number,
  settings: ContactSettings,
): Change<{ readonly registrationId: string }> {
  if (document === undefined && !input.createContact)
    return refuse('ResourceNotFoundException', 'The contact does not exist.');
  if (document !== undefined && hasEnded(document, now))
    return refuse('ResourceNotFoundException', 'The contact has ended.');

  const contact = document ?? openedContact(now, settings);
  const device = deviceKey(input);
  const known = contact.registrations.find((registration) => deviceKey(registration) === device);
  if (known === undefined && contact.registrations.length >= settings.registrations)
    return refuse(
      'ServiceQuotaExceededException',
      `The contact has ${settings.registrations} registrations, which is as many as it may have.`,
    );
  if (known === undefined && input.instanceRefusal !== undefined)
    return refuse('ServiceQuotaExceededException', input.instanceRefusal);

  const registration = known === undefined ? created(input, now) : renewed(known, input, now);
  const changed: ContactDocument = {
    ...contact,
    // A clock that was set back must not shorten a life that was promised.
    endsAt: Math.max(contact.endsAt, now + settings.lifetimeMs),
    registrations:
      known === undefined
        ? [...contact.registrations, registration]
        : contact.registrations.map((other) => (other === known ? registration : other)),
  };
  // Ten registrations of the longest tokens and ARNs fit; a raised quota may not.
  if (Buffer.byteLength(serialiseContact(changed)) > DOCUMENT_LIMIT_BYTES)
    return refuse('ServiceQuotaExceededException', 'The registrations of the contact take too much room.');
  return { document: changed, result: { registrationId: registration.registrationId } };
}

const created = (input: RegisterInput, now: number): Registration => ({
  registrationId: input.registrationId,
  deviceToken: normalToken(input.deviceType, input.deviceToken),
  deviceType: input.deviceType,
  applicationArn: input.applicationArn,
  includeRawMessage: input.includeRawMessage,
  createdAt: now,
  registeredAt: now,
  status: 'active',
});

function renewed(known: Registration, input: RegisterInput, now: number): Registration {
  const { suspendedFor: _reason, suspendedUnder: _channels, ...kept } = known;
  return {
    ...kept,
    deviceToken: normalToken(input.deviceType, input.deviceToken),
    deviceType: input.deviceType,
    applicationArn: input.applicationArn,
    includeRawMessage: input.includeRawMessage,
    registeredAt: Math.max(known.registeredAt, now),
    status: 'active',
  };
}
