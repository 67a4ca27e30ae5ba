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
import type { Shard } from './shard.ts';

/** The text of the message is the answer. */
interface ClaimHead extends Omit<Claim, 'answer'> {
  readonly expiresAt: number;
}

interface Seen {
  readonly version: number;
  readonly registrations: number;
  readonly sequence: number;
}

const NOTHING = { sequence: 0, registrations: 0 } as const;

/** From this many keys on, one answer for all is cheaper than one for each. */
const MANY = 4;

/** Contacts whose sequence is cached, so that a commit after a read needs no further request. */
const REMEMBERED = 10_000;

export function contactVerbs(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): Pick<Store, 'contacts' | 'claimed' | 'commit' | 'registered'> {
  const isOver = (endsAt: number | undefined): boolean => endsAt !== undefined && endsAt <= now();
  /** Where each version was seen, the latest last. */
  const seen = new Map<string, Seen>();

  function remember(rest: string, found: Found<ContactHead> | undefined): void {
    seen.delete(rest);
    if (found === undefined) return;
    const { version, registrations = 0 } = found.head;
    seen.set(rest, { version, registrations, sequence: found.sequence });
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value!);
  }

  async function contact({ instanceId, contactId }: ContactKey): Promise<Contact | undefined> {
    const { layout, reads } = shardFor(instanceId);
    const rest = contactRest(instanceId, contactId);
    const found = await reads.last<ContactHead>(layout.subject('doc', rest));
    return asContact({ instanceId, contactId }, rest, found);
  }

  function asContact(
    { instanceId, contactId }: ContactKey,
    rest: string,
    found: Found<ContactHead> | undefined,
  ): Contact | undefined {
    remember(rest, found);
    if (found === undefined || isOver(found.head.removeAt)) return undefined;
    return { instanceId, contactId, version: found.head.version, body: found.text };
  }

  function contactMessage(
    { layout }: Shard,
    { instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained = 0 }: ContactChange,
    { sequence, registrations }: Pick<Seen, 'sequence' | 'registrations'>,
  ): NewMessage {
    const head: ContactHead = {
      instanceId,
      contactId,
      version: version + 1,
      registrations: registrations + registrationsGained,
      ...(reviewInMs !== undefined && { reviewAt: now() + Math.round(reviewInMs) }),
      ...(keepForMs !== undefined && { removeAt: now() + Math.round(keepForMs) }),
    };
    const subject = layout.subject('doc', contactRest(instanceId, contactId));
    return {
      subject,
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
    const rest = change && contactRest(change.instanceId, change.contactId);
    const remembered = rest === undefined ? undefined : seen.get(rest);
    /** The expected sequence; at first the likely one. */
    let claimAt = 0;
    let before: Pick<Seen, 'sequence' | 'registrations'> | undefined =
      change?.version === 0 ? NOTHING : remembered?.version === change?.version ? remembered : undefined;

    /** What contradicts the expectation; undefined: nothing, and the expectation is now what was found. */
    function judge(
      document: Found<ContactHead> | undefined,
      taken: Found<ClaimHead> | undefined,
    ): CommitResult | undefined {
      if (taken && !isOver(taken.head.expiresAt)) return 'token-taken';
      claimAt = taken?.sequence ?? 0;
      if (change === undefined) return undefined;
      remember(rest!, document);
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
          reads.last<ContactHead>(layout.subject('doc', rest!)),
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
          const sequence = written.sequences[0]!;
          const { version, registrations = 0 } = unit[0]!.head as ContactHead;
          seen.set(rest!, { version, registrations, sequence });
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
      const byShard = Map.groupBy(keys, ({ instanceId }) => shardFor(instanceId));
      const found = new Map<string, Found<ContactHead>>();
      for (const [{ layout, reads }, some] of byShard) {
        const subjects = new Set(
          some.map((key) => layout.subject('doc', contactRest(key.instanceId, key.contactId))),
        );
        // Sees every write that was answered before, because a tip follows it.
        const tip = await reads.last(layout.tip);
        for (const one of await reads.lastOf<ContactHead>([...subjects], tip?.sequence ?? 0))
          found.set(one.subject, one);
      }
      return keys.map((key) => {
        const { layout } = shardFor(key.instanceId);
        const rest = contactRest(key.instanceId, key.contactId);
        return asContact(key, rest, found.get(layout.subject('doc', rest)));
      });
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
      const rest = locatedRest(instanceId, locator);
      const found = await reads.last<ContactHead>(layout.subject('doc', rest));
      return found && asContact(found.head, rest, found);
    },
    async commit(change) {
      const instanceId = (change.contact ?? change.claim)?.instanceId;
      return instanceId === undefined ? 'committed' : commitIn(shardFor(instanceId), change);
    },
  };
}
