// A plain model of contacts, written from the promises and not from the code: mutable, naive and without a document.
//
// For each call it tells whether it is accepted, and with which registration, or refused, and with which error.

export const QUOTA = 2;
export const LIFETIME_MS = 7 * 86_400_000;
export const TTL_MS = 12 * 3_600_000;
const CLAIM_MS = 7 * 86_400_000;
const GRACE_MS = 5 * 60_000;
const STUB_MS = 7 * 86_400_000;
const TOMBSTONE_MS = 86_400_000;
const MARGIN_MS = 5_000;

export interface ModelRegistration {
  readonly id: string;
  readonly device: string;
  type: string;
  flag: boolean;
  registeredAt: number;
  /** The channels that refused the token since it was registered. */
  readonly refusedBy: Set<string>;
}

interface ModelContact {
  endsAt: number;
  learntAt: number;
  erasedAt?: number;
  registrations: ModelRegistration[];
  tombstones: Map<string, number>;
}

export interface CreateCall {
  readonly contact: string;
  /** The device in the model, independent of how its token is written. */
  readonly device: string;
  readonly type: string;
  readonly flag: boolean;
  readonly token?: string;
  readonly parameters: string;
}

/** `new`: a registration with an id never seen before. */
export type Expected = { readonly id: string } | 'new' | 'ok' | `${string}Exception`;

export function createModel(now: () => number, channelNow: () => string) {
  const contacts = new Map<string, ModelContact>();
  const aliases = new Map<string, { readonly to: string; readonly at: number }>();
  const claims = new Map<string, { readonly parameters: string; readonly id: string; readonly at: number }>();

  const home = (id: string): string => {
    const alias = aliases.get(id);
    return alias ? home(alias.to) : id;
  };
  const ended = (contact: ModelContact) => now() >= contact.endsAt;
  const silentAt = (contact: ModelContact) => Math.max(contact.endsAt, contact.learntAt) + GRACE_MS + TTL_MS;
  const drop = (contact: ModelContact, id: string) => {
    contact.registrations = contact.registrations.filter((one) => one.id !== id);
    contact.tombstones.set(id, now());
  };

  return {
    registrations: (id: string): ModelRegistration[] | undefined => contacts.get(home(id))?.registrations,

    expectCreate({ contact: id, device, token, parameters }: CreateCall): Expected {
      const claim = token === undefined ? undefined : claims.get(token);
      if (claim && now() < claim.at + CLAIM_MS)
        return claim.parameters === parameters ? { id: claim.id } : 'InvalidParameterException';
      const contact = contacts.get(home(id));
      if (!contact) return 'new';
      if (ended(contact)) return 'ResourceNotFoundException';
      const known = contact.registrations.find((one) => one.device === device);
      if (known) return { id: known.id };
      return contact.registrations.length < QUOTA ? 'new' : 'ServiceQuotaExceededException';
    },

    /** Applies an accepted Create with the returned id. */
    created({ contact: id, device, type, flag, token, parameters }: CreateCall, answered: string): void {
      const claim = token === undefined ? undefined : claims.get(token);
      if (claim && now() < claim.at + CLAIM_MS) return;
      const at = home(id);
      const contact: ModelContact = contacts.get(at) ?? {
        endsAt: 0,
        learntAt: 0,
        registrations: [],
        tombstones: new Map(),
      };
      contacts.set(at, contact);
      contact.endsAt = Math.max(contact.endsAt, now() + LIFETIME_MS);
      const known = contact.registrations.find((one) => one.device === device);
      known?.refusedBy.clear();
      if (known) Object.assign(known, { type, flag, registeredAt: now() });
      else
        contact.registrations.push({
          id: answered,
          device,
          type,
          flag,
          registeredAt: now(),
          refusedBy: new Set(),
        });
      if (token !== undefined) claims.set(token, { parameters, id: answered, at: now() });
    },

    remove(id: string, registration: string): Expected {
      const contact = contacts.get(home(id));
      if (!contact) return 'ResourceNotFoundException';
      if (contact.registrations.some((one) => one.id === registration)) {
        drop(contact, registration);
        return 'ok';
      }
      const buried = contact.tombstones.get(registration);
      return buried !== undefined && now() < buried + TOMBSTONE_MS ? 'ok' : 'ResourceNotFoundException';
    },

    /** The gateway's 410. */
    dead(id: string, registration: string, deadSince: number): void {
      const contact = contacts.get(home(id));
      const found = contact?.registrations.find((one) => one.id === registration);
      if (contact && found && deadSince - MARGIN_MS >= found.registeredAt) drop(contact, registration);
    },

    suspect(id: string, registration: string, askedAt: number): void {
      const found = contacts.get(home(id))?.registrations.find((one) => one.id === registration);
      if (found && askedAt >= found.registeredAt) found.refusedBy.add(channelNow());
    },

    stop(id: string): Expected {
      const contact = contacts.get(home(id));
      if (!contact) return 'ResourceNotFoundException';
      if (!ended(contact)) contact.endsAt = contact.learntAt = now();
      return 'ok';
    },

    alias(id: string, to: string): void {
      if (!contacts.has(id) && !aliases.has(id) && home(to) !== id) aliases.set(id, { to, at: now() });
    },

    /** Background housekeeping. */
    tidy(): void {
      for (const [id, contact] of contacts) {
        if (contact.erasedAt === undefined && now() >= silentAt(contact)) {
          contact.erasedAt = now();
          contact.registrations = [];
          contact.tombstones.clear();
        } else if (contact.erasedAt !== undefined && now() >= contact.erasedAt + STUB_MS) contacts.delete(id);
      }
      for (const [id, { at }] of aliases) if (now() >= at + LIFETIME_MS + STUB_MS) aliases.delete(id);
    },
  };
}
