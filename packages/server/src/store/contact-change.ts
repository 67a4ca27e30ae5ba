// The only way to change a contact: claim, document, rule, commit; repeated if another call was faster.
//
// If the contact is most likely new, the first try assumes it: the store commits nothing if that is wrong, and
// otherwise the call costs one round trip to the store instead of two.
//
//   read claim and document ─► claim there? its answer, or a refusal if the parameters differ
//          ▲                   no: other checks, then the rule
//          │                        refused ─► the error; nothing is written
//          │                        accepted ─► commit document and claim together
//          │                                         │ committed ─► the result
//          └─────── contact-changed, token-taken ◄───┘
//
// The claim is checked before everything else. So a late repeat gets the first answer and changes nothing, even
// after the contact has ended, the registration was deleted or the application was removed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { nameAlias } from '../contact/alias.ts';
import type { Change } from '../contact/change.ts';
import { isAlias, registrationsOf, serialiseContact } from '../contact/document.ts';
import type { ContactDocument, Stored } from '../contact/document.ts';
import { retention } from '../contact/lifetime.ts';
import type { ContactSettings } from '../contact/settings.ts';
import { ServiceError } from '../service-error.ts';
import { fingerprint } from './fingerprint.ts';
import { contactKeyText } from './contact-key.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import type { Claim, Contact, ContactKey, Store } from './store.ts';
import { readContact } from './stored-contact.ts';

export interface ChangeRequest<Result> {
  /** Aliases are followed. */
  readonly key: ContactKey;
  /** Absent, or with an absent or empty token: the call is not protected against repeats. */
  readonly claim?: {
    readonly operation: string;
    readonly token: string | undefined;
    /** With defaults applied, without the token. */
    readonly parameters: object;
  };
  /** Contacts of this kind are mostly new, such as those of registrations. */
  readonly mostlyNew?: true;
  /** Other conditions, such as that the application exists; checked after the claim. Rejects with a ServiceError. */
  readonly check?: () => Promise<void> | undefined;
  /**
   * Pure; may be called several times. Its result becomes the claim's answer, so it must be JSON. `contactId` is where
   * the document is stored, after aliases.
   */
  readonly rule: (document: ContactDocument | undefined, now: number, contactId: string) => Change<Result>;
}

export interface ContactChanges {
  /**
   * Durable when it resolves. Rejects with a ServiceError (the rule's refusal, the check's,
   * InvalidParameterException for a token used with other parameters, ThrottlingException if too many calls change
   * the contact at once) or with the store's error.
   */
  change<Result>(request: ChangeRequest<Result>): Promise<Result>;
  /** Makes `key` an alias of `initialContactId`, if nothing is stored under it. */
  alias(key: ContactKey, initialContactId: string): Promise<void>;
}

/** Where the registrations of a contact are stored, and what is there. */
export interface FoundContact {
  readonly key: ContactKey;
  readonly version: number;
  readonly document: ContactDocument | undefined;
}

const MAX_TRIES = 10;
const MAX_ALIASES = 4;
const MAX_WAITING = 1_000;

const busy = (): ServiceError =>
  new ServiceError('ThrottlingException', 'Too many calls are changing this contact at once.', {
    retryAfterSeconds: 1,
  });

/** Reads a contact by any of its ids. Rejects with UnreadableContactError if one is damaged. */
export async function findContact(store: Store, key: ContactKey): Promise<FoundContact> {
  const [contact] = await store.contacts([key]);
  return contact === undefined ? { key, version: 0, document: undefined } : followedFrom(store, contact);
}

/** Follows the aliases of a contact that has been read. */
export async function followedFrom(store: Store, first: Contact): Promise<FoundContact> {
  const { instanceId, contactId } = first;
  let contact: Contact | undefined = first;
  let key: ContactKey = { instanceId, contactId };
  for (let followed = 0; followed <= MAX_ALIASES; followed++) {
    if (contact === undefined) return { key, version: 0, document: undefined };
    const stored = readContact(contact);
    if (!isAlias(stored)) return { key, version: contact.version, document: stored };
    key = { instanceId, contactId: stored.alias };
    [contact] = await store.contacts([key]);
  }
  // Two events, each naming the other's contact as the initial one, arrived at the same time.
  throw new ServiceError('InvalidParameterException', `The aliases of contact ${contactId} form a cycle.`);
}

export function createContactChanges(options: {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: ContactSettings;
  readonly random?: () => number;
}): ContactChanges {
  const { store, clock, settings, random = Math.random } = options;
  const queue = createKeyedQueue(MAX_WAITING, busy);
  const inLine = <T>(key: ContactKey, run: () => Promise<T>): Promise<T> => queue(contactKeyText(key), run);

  const commit = (
    key: ContactKey,
    version: number,
    stored: Stored | undefined,
    before: Stored | undefined,
    claim?: Claim,
  ) => {
    const change: Parameters<Store['commit']>[0] = {};
    if (claim) change.claim = claim;
    if (stored)
      change.contact = {
        instanceId: key.instanceId,
        contactId: key.contactId,
        version,
        body: serialiseContact(stored),
        registrationsGained: registrationsOf(stored) - registrationsOf(before),
        ...retention(stored, clock.now(), settings),
      };
    return store.commit(change);
  };

  /** Runs `once` until it has an answer. */
  async function repeat<T>(once: () => Promise<{ readonly answer: T } | undefined>): Promise<T> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      // Only other nodes can interfere; waiting a few random milliseconds keeps two of them from colliding again.
      if (tries > 0) await sleep(random() * 2 ** Math.min(tries, 6));
      const done = await once();
      if (done) return done.answer;
    }
    throw busy();
  }

  async function claimedAnswer(
    claim: Omit<Claim, 'answer'> | undefined,
  ): Promise<{ readonly answer: unknown } | undefined> {
    if (claim === undefined) return undefined;
    const found = await store.claimed(claim.instanceId, claim.operation, claim.token);
    if (found === undefined) return undefined;
    if (found.fingerprint === claim.fingerprint) return { answer: JSON.parse(found.answer) };
    throw new ServiceError(
      'InvalidParameterException',
      'The ClientToken was used before with other parameters. A repeat must have the same parameters; a different call needs its own token.',
    );
  }

  async function changeOnce<T>(
    request: ChangeRequest<T>,
    claim: Omit<Claim, 'answer'> | undefined,
  ): Promise<{ readonly answer: T } | undefined> {
    const [answered, found] = await Promise.all([claimedAnswer(claim), findContact(store, request.key)]);
    if (request.mostlyNew) isGuessing = found.document === undefined;
    // Its parameters are the same, so its answer is this operation's answer.
    if (answered) return answered as { readonly answer: T };
    try {
      await request.check?.();
      const change = request.rule(found.document, clock.now(), found.key.contactId);
      if ('refusal' in change) throw new ServiceError(change.refusal.name, change.refusal.message);
      const { result, document } = change;
      if (document === undefined && claim === undefined) return { answer: result };
      const written = claim && { ...claim, answer: JSON.stringify(result) };
      const outcome = await commit(found.key, found.version, document, found.document, written);
      return outcome === 'committed' ? { answer: result } : undefined;
    } catch (error) {
      // The same call may have been accepted since the claim was read, and its change may be why this one is
      // refused.
      const late = error instanceof ServiceError ? await claimedAnswer(claim) : undefined;
      if (late) return late as { readonly answer: T };
      throw error;
    }
  }

  /**
   * Whether the last contact that was likely to be new was. A backend that registers known devices again makes no
   * guesses.
   */
  let isGuessing = true;

  /**
   * Assumes that there is neither contact nor claim; undefined: the assumption was wrong, or something must be
   * refused.
   */
  async function changeNew<T>(
    { key, check, rule }: ChangeRequest<T>,
    claim: Omit<Claim, 'answer'> | undefined,
  ): Promise<{ readonly answer: T } | undefined> {
    try {
      await check?.();
    } catch (error) {
      // Refuse only if there is no claim with an answer.
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
    const change = rule(undefined, clock.now(), key.contactId);
    if ('refusal' in change || change.document === undefined) return undefined;
    const { document, result } = change;
    const written = claim && { ...claim, answer: JSON.stringify(result) };
    const outcome = await commit(key, 0, document, undefined, written);
    return outcome === 'committed' ? { answer: result } : undefined;
  }

  return {
    change: (request) =>
      inLine(request.key, async () => {
        const { operation, token, parameters } = request.claim ?? {};
        const claim =
          operation && token && parameters
            ? { instanceId: request.key.instanceId, operation, token, fingerprint: fingerprint(parameters) }
            : undefined;
        if (request.mostlyNew && isGuessing) {
          const done = await changeNew(request, claim);
          if (done) return done.answer;
        }
        return repeat(() => changeOnce(request, claim));
      }),

    alias: (key, initialContactId) =>
      inLine(key, () =>
        repeat(async () => {
          const [contact] = await store.contacts([key]);
          const before = contact && readContact(contact);
          const named = nameAlias(before, initialContactId);
          if ('refusal' in named || named.document === undefined) return { answer: undefined };
          const outcome = await commit(key, contact?.version ?? 0, named.document, before);
          return outcome === 'committed' ? { answer: undefined } : undefined;
        }),
      ),
  };
}
