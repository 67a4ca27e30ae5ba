// Searches the service for contacts and the emulator for everything else.
import type { FaultGateway } from '@chatpush/emulator';
import type { Address } from '../../address.ts';
import { searchEmulator, type Found } from '../../emulator-api.ts';
import { contactOf, parsed } from '../../payload.ts';
import { readContact, readDelivery, readRegistration, unlessDenied, type Access } from '../../service.ts';
import type { Session } from '../../session.ts';
import type { State } from '../../state.ts';

export type Hit = { address: Address } & (
  | { kind: 'contact' | 'delivery' | 'phone' | 'registration'; id: string }
  | { kind: 'notification'; n: number; at: number; gateway: FaultGateway }
  | { kind: 'request'; n: number; at: number; gateway: FaultGateway; verdict: string }
);

/** A contact id has at most 256 characters; longer texts are tokens. */
const LONGEST_CONTACT_ID = 256;

/** The instances to search: the selected one and all that the key may read. */
const MOST_INSTANCES = 20;

/** Every id of a delivery or registration is a UUID. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const NOTHING_FOUND: Found = { phones: [], notifications: [], requests: [] };

export async function find(
  text: string,
  access: Access,
  session: Session | undefined,
  { hasService, hasPhones }: State,
): Promise<Hit[]> {
  const isContactId = hasService && text.length <= LONGEST_CONTACT_ID;
  const instances = [...new Set([access.instanceId, ...(session?.instances ?? [])])].filter(Boolean);
  const contactHit = (id: string, instanceId = access.instanceId): Hit => ({
    kind: 'contact',
    id,
    address: { view: 'contacts', contactId: id, instanceId },
  });
  const readIn = async (instanceId: string): Promise<Hit[]> => {
    const of = { ...access, instanceId };
    const [contact, delivery, registration] = await Promise.all([
      readContact(of, text),
      UUID.test(text) ? readDelivery(of, text).catch(unlessDenied) : undefined,
      UUID.test(text) ? readRegistration(of, text).catch(unlessDenied) : undefined,
    ]);
    if (delivery !== undefined)
      return [{ kind: 'delivery', id: text, address: { view: 'deliveries', deliveryId: text, instanceId } }];
    if (contact !== undefined) return [contactHit(text, instanceId)];
    if (registration === undefined) return [];
    const { contactId } = registration;
    return [{ kind: 'registration', id: text, address: { view: 'contacts', contactId, instanceId } }];
  };
  const [known, { phones, notifications, requests }] = await Promise.all([
    Promise.all(isContactId ? instances.slice(0, MOST_INSTANCES).map(readIn) : []),
    hasPhones ? searchEmulator(text) : NOTHING_FOUND,
  ]);
  // The contact's page lists its messages and requests.
  const found = known.flat();
  if (found.length > 0) return found;
  // A message id leads to the contact of its push.
  const payloads = [
    ...notifications.map(({ payload }) => payload),
    ...requests.map(({ said }) => parsed(said?.body)),
  ];
  const contacts = hasService ? payloads.flatMap((payload) => contactOf(payload) ?? []) : [];
  const troubles = requests.map(({ request }) => request).filter(({ status }) => status !== 200);
  return [
    ...[...new Set(contacts)].map((id) => contactHit(id)),
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
