// Asks the service for a contact and the emulator for the rest.
import type { FaultGateway } from '@chatpush/emulator';
import type { Address } from '../../address.ts';
import { searchEmulator } from '../../emulator-api.ts';
import { contactOf, parsed } from '../../payload.ts';
import { readContact, type Access } from '../../service.ts';

export type Hit = { address: Address } & (
  | { kind: 'contact' | 'phone'; id: string }
  | { kind: 'notification'; n: number; at: number; gateway: FaultGateway }
  | { kind: 'request'; n: number; at: number; gateway: FaultGateway; verdict: string }
);

/** A contact id has at most 256 characters; what is longer is a token. */
const LONGEST_CONTACT_ID = 256;

export async function find(text: string, access: Access, hasService: boolean): Promise<Hit[]> {
  const isContactId = hasService && text.length <= LONGEST_CONTACT_ID;
  const [contact, { phones, notifications, requests }] = await Promise.all([
    isContactId ? readContact(access, text) : undefined,
    searchEmulator(text),
  ]);
  const contactHit = (id: string): Hit => ({
    kind: 'contact',
    id,
    address: { view: 'contacts', contactId: id, instanceId: access.instanceId },
  });
  // Its messages and requests are on its own page.
  if (contact !== undefined) return [contactHit(text)];
  // A message id leads to the contact that it was pushed for.
  const payloads = [
    ...notifications.map(({ payload }) => payload),
    ...requests.map(({ said }) => parsed(said?.body)),
  ];
  const contacts = hasService ? payloads.flatMap((payload) => contactOf(payload) ?? []) : [];
  const troubles = requests.map(({ request }) => request).filter(({ status }) => status !== 200);
  return [
    ...[...new Set(contacts)].map(contactHit),
    ...phones.map(({ deviceToken }): Hit => ({
      kind: 'phone',
      id: deviceToken,
      address: { view: 'phones', find: deviceToken },
    })),
    ...troubles.map(({ n, at, gateway, verdict }): Hit => ({
      kind: 'request',
      n,
      at,
      gateway,
      verdict,
      address: { view: 'phones', request: n },
    })),
    ...notifications.map(({ deviceToken, n, receivedAt, gateway }): Hit => ({
      kind: 'notification',
      n,
      at: receivedAt,
      gateway,
      address: { view: 'phones', notification: { deviceToken, n } },
    })),
  ];
}
