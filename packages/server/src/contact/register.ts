// Registers a device for a contact, or registers it again.
//
// The same device is the same registration: it keeps its id and takes the flag, application and gateway of the
// newest call. So a backend can register at every start of the app without making a phone ring twice.
import { DEFAULT_CONTACT_SETTINGS, DOCUMENT_LIMIT_BYTES } from './settings.ts';
import type { ContactSettings } from './settings.ts';
import { refuse } from './change.ts';
import type { Change } from './change.ts';
import { deviceKey, normalToken } from './device.ts';
import { hasEnded, serialiseContact } from './document.ts';
import type { ContactDocument, DeviceType, Registration } from './document.ts';
import { openedContact } from './lifetime.ts';

export interface RegisterInput {
  /** Candidates for the id of a new device: the first that is new to the contact is used. */
  readonly registrationIds: Iterable<string>;
  readonly deviceToken: string;
  readonly deviceType: DeviceType;
  readonly applicationArn: string;
  readonly includeRawMessage: boolean;
  /** Whether an unknown contact is created. */
  readonly createContact: boolean;
  /** Why the instance may not add a registration. A known device may always be registered again. */
  readonly instanceRefusal?: string | undefined;
}

/**
 * Refuses an ended contact, an unknown contact that may not be created, and a device beyond the limit of the
 * contact or the instance.
 */
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
      `The contact has ${settings.registrations} registrations, which is the maximum.`,
    );
  if (known === undefined && input.instanceRefusal !== undefined)
    return refuse('ServiceQuotaExceededException', input.instanceRefusal);

  const registration =
    known === undefined ? created(freshId(contact, input), input, now) : renewed(known, input, now);
  const changed: ContactDocument = {
    ...contact,
    // If the clock was set back, the end that was promised must not move closer.
    endsAt: Math.max(contact.endsAt, now + settings.lifetimeMs),
    registrations:
      known === undefined
        ? [...contact.registrations, registration]
        : contact.registrations.map((other) => (other === known ? registration : other)),
  };
  // Ten registrations with the longest tokens and ARNs fit; a raised quota may not.
  const mayBeLarge = changed.registrations.length > DEFAULT_CONTACT_SETTINGS.registrations;
  if (mayBeLarge && Buffer.byteLength(serialiseContact(changed)) > DOCUMENT_LIMIT_BYTES)
    return refuse('ServiceQuotaExceededException', 'The registrations of the contact need too much space.');
  return { document: changed, result: { registrationId: registration.registrationId } };
}

function freshId({ registrations, tombstones }: ContactDocument, { registrationIds }: RegisterInput): string {
  const isKnown = (id: string): boolean =>
    registrations.some(({ registrationId }) => registrationId === id) ||
    tombstones.some(({ registrationId }) => registrationId === id);
  for (const id of registrationIds) if (!isKnown(id)) return id;
  throw new Error('There are fewer candidates for a registration id than the contact has registrations.');
}

const created = (registrationId: string, input: RegisterInput, now: number): Registration => ({
  registrationId,
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
