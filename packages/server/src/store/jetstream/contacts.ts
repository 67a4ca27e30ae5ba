// Contact documents and the claims of ClientTokens, written together or not at all.
import {
  RETENTION,
  type Claim,
  type CommitResult,
  type Contact,
  type ContactChange,
  type ContactKey,
  type Store,
} from '../store.ts';
import type { ContactHead } from './contact-message.ts';
import { locatorIn } from '../registration-id.ts';
import { claimRest, contactRest, locatedRest } from './layout.ts';
import type { Found, NewMessage } from './message.ts';
import { createRecent } from './recent.ts';
import type { Shard } from './shard.ts';

/** The text of the message is the answer. */
interface ClaimHead extends Omit<Claim, 'answer'> {
  readonly expiresAt: number;
}

/** What a commit needs to know of the document before it. */
interface Before {
  readonly sequence: number;
  readonly registrations: number;
}

const beforeOf = (found: Found<ContactHead> | undefined): Before | undefined =>
  found && { sequence: found.sequence, registrations: found.head.registrations ?? 0 };

const NOTHING: Before = { sequence: 0, registrations: 0 };

/** From this many keys on, one answer for all is cheaper than one for each. */
const MANY = 4;

export function contactVerbs(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): Pick<Store, 'contacts' | 'claimed' | 'commit' | 'registered'> {
  const isOver = (endsAt: number | undefined): boolean => endsAt !== undefined && endsAt <= now();
  /** Saves a request when a commit or another read follows a read. */
  const recent = createRecent<Found<ContactHead>>(({ text }) => text.length);

  function remember(subject: string, found: Found<ContactHead> | undefined): void {
    if (found) recent.set(subject, found);
    else recent.delete(subject);
  }

  const subjectOf = ({ layout }: Shard, { instanceId, contactId }: ContactKey): string =>
    layout.subject('doc', contactRest(instanceId, contactId));

  async function contact(key: ContactKey): Promise<Contact | undefined> {
    const shard = shardFor(key.instanceId);
    const subject = subjectOf(shard, key);
    const found = await shard.reads.last<ContactHead>(subject);
    remember(subject, found);
    return asContact(key, found);
  }

  /** Contacts that have not changed since they were last read are not read again. */
  async function read(
    { calendar, layout, reads }: Shard,
    subjects: ReadonlySet<string>,
  ): Promise<Map<string, Found<ContactHead>>> {
    const tip = await reads.last(layout.tip);
    // A tip follows every change of a contact.
    const least = tip?.sequence ?? 0;
    const sequenceOf = await calendar.asOf(least);
    const found = new Map<string, Found<ContactHead>>();
    const missing: string[] = [];
    for (const subject of subjects) {
      const sequence = sequenceOf?.(layout.restOf(subject)) ?? Infinity;
      const known = recent.get(subject);
      if (known && known.sequence >= sequence) found.set(subject, known);
      else missing.push(subject);
    }
    if (missing.length === 0) return found;
    for (const one of await reads.lastOf<ContactHead>(missing, least)) {
      found.set(one.subject, one);
      recent.set(one.subject, one);
    }
    return found;
  }

  function asContact(
    { instanceId, contactId }: ContactKey,
    found: Found<ContactHead> | undefined,
  ): Contact | undefined {
    if (found === undefined || isOver(found.head.removeAt)) return undefined;
    return { instanceId, contactId, version: found.head.version, body: found.text };
  }

  function contactMessage(
    shard: Shard,
    { instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained = 0 }: ContactChange,
    { sequence, registrations }: Before,
  ): NewMessage {
    const head: ContactHead = {
      instanceId,
      contactId,
      version: version + 1,
      registrations: registrations + registrationsGained,
      ...(reviewInMs !== undefined && { reviewAt: now() + Math.round(reviewInMs) }),
      ...(keepForMs !== undefined && { removeAt: now() + Math.round(keepForMs) }),
    };
    return {
      subject: subjectOf(shard, { instanceId, contactId }),
      head,
      text: body,
      expected: { sequence },
      ...(keepForMs !== undefined && { keepMs: keepForMs }),
    };
  }

  function claimMessage({ layout }: Shard, { answer, ...rest }: Claim, sequence: number): NewMessage {
    const { instanceId, operation, token } = rest;
    const head: ClaimHead = { ...rest, expiresAt: now() + RETENTION.claimMs };
    const subject = layout.subject('tok', claimRest(instanceId, operation, token));
    return { subject, head, text: answer, expected: { sequence }, keepMs: RETENTION.claimMs };
  }

  async function commitIn(
    shard: Shard,
    { contact: change, claim }: { readonly contact?: ContactChange; readonly claim?: Claim },
  ): Promise<CommitResult> {
    const { layout, reads, writer } = shard;
    const subject = change && subjectOf(shard, change);
    const known = subject === undefined ? undefined : recent.get(subject);
    /** The expected sequence; at first the likely one. */
    let claimAt = 0;
    let before: Before | undefined =
      change?.version === 0 ? NOTHING : known?.head.version === change?.version ? beforeOf(known) : undefined;

    /** What contradicts the expectation; undefined: nothing, and the expectation is now what was found. */
    function judge(
      document: Found<ContactHead> | undefined,
      taken: Found<ClaimHead> | undefined,
    ): CommitResult | undefined {
      if (taken && !isOver(taken.head.expiresAt)) return 'token-taken';
      claimAt = taken?.sequence ?? 0;
      if (change === undefined) return undefined;
      remember(subject!, document);
      const version = document === undefined || isOver(document.head.removeAt) ? 0 : document.head.version;
      if (version !== change.version) return 'contact-changed';
      before = {
        sequence: document?.sequence ?? 0,
        registrations: version === 0 ? 0 : (document?.head.registrations ?? 0),
      };
      return undefined;
    }

    for (;;) {
      if (change && before === undefined) {
        const { instanceId, operation, token } = claim ?? {};
        const [document, taken] = await Promise.all([
          reads.last<ContactHead>(subject!),
          claim && reads.last<ClaimHead>(layout.subject('tok', claimRest(instanceId!, operation!, token!))),
        ]);
        const refused = judge(document, taken);
        if (refused) return refused;
      }
      const unit = [
        ...(change ? [contactMessage(shard, change, before!)] : []),
        ...(claim ? [claimMessage(shard, claim, claimAt)] : []),
      ];
      if (unit.length === 0) return 'committed';
      const written = await writer.write(unit);
      if ('sequences' in written) {
        if (change) {
          const { head, text = '' } = unit[0]!;
          recent.set(subject!, {
            subject: subject!,
            sequence: written.sequences[0]!,
            head: head as ContactHead,
            text,
          });
        }
        return 'committed';
      }
      const document = change && (written.found[0] as Found<ContactHead> | undefined);
      const taken = claim && (written.found.at(-1) as Found<ClaimHead> | undefined);
      const refused = judge(document, taken);
      if (refused) return refused;
    }
  }

  return {
    async contacts(keys) {
      if (keys.length < MANY) return Promise.all(keys.map(contact));
      const found = new Map<string, Found<ContactHead>>();
      for (const [shard, some] of Map.groupBy(keys, ({ instanceId }) => shardFor(instanceId)))
        for (const [subject, one] of await read(shard, new Set(some.map((key) => subjectOf(shard, key)))))
          found.set(subject, one);
      return keys.map((key) => asContact(key, found.get(subjectOf(shardFor(key.instanceId), key))));
    },
    async claimed(instanceId, operation, token) {
      const { layout, reads } = shardFor(instanceId);
      const found = await reads.last<ClaimHead>(
        layout.subject('tok', claimRest(instanceId, operation, token)),
      );
      if (found === undefined || isOver(found.head.expiresAt)) return undefined;
      const { fingerprint } = found.head;
      return { instanceId, operation, token, fingerprint, answer: found.text };
    },
    async registered(instanceId, registrationId) {
      const locator = locatorIn(registrationId);
      if (locator === undefined) return undefined;
      const { layout, reads } = shardFor(instanceId);
      const subject = layout.subject('doc', locatedRest(instanceId, locator));
      const found = await reads.last<ContactHead>(subject);
      remember(subject, found);
      return found && asContact(found.head, found);
    },
    async commit(change) {
      const instanceId = (change.contact ?? change.claim)?.instanceId;
      return instanceId === undefined ? 'committed' : commitIn(shardFor(instanceId), change);
    },
  };
}
