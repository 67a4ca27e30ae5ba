// Known of all contacts at once: when each is to be reviewed or deleted, and how many registrations it has. Read
// from the heads of their documents on first use. About 200 bytes per contact.
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Contact } from '../store.ts';
import type { ContactHead } from './contact-message.ts';
import type { Follower } from './follower.ts';
import { hashed, type ShardLayout } from './layout.ts';
import type { Reads } from './reads.ts';
import { createView } from './view.ts';

interface Dates {
  readonly sequence: number;
  readonly reviewAt: number;
  readonly removeAt: number;
  readonly registrations: number;
}

export interface Calendar {
  /** Contacts whose review is due, the longest overdue first. */
  ended(limit: number): Promise<{ readonly dueAt: number; readonly contact: Contact }[]>;
  /** Deletes expired data and returns how many entries. Those that the server has already removed cost nothing. */
  sweep(limit: number): Promise<number>;
  /**
   * Resolves, once everything up to this tip is known, to a function from `<i>.<c>` to the sequence of the document;
   * undefined while the calendar is read for the first time.
   */
  asOf(tip: number): Promise<((rest: string) => number | undefined) | undefined>;
  /** How many registrations the contacts of an instance have. */
  registrations(instanceId: string): Promise<number>;
  close(): Promise<void>;
}

export function createCalendar(
  client: JetStreamClient,
  layout: ShardLayout,
  reads: Reads,
  now: () => number,
  reachedTip: (follower: Follower) => Promise<void>,
): Calendar {
  const documents = layout.subject('doc', '');
  const dates = new Map<string, Dates>();
  const byInstance = new Map<string, number>();

  function count(rest: string, registrations: number): void {
    const instance = rest.slice(0, rest.indexOf('.'));
    byInstance.set(instance, (byInstance.get(instance) ?? 0) + registrations);
  }

  function forget(rest: string): void {
    count(rest, -(dates.get(rest)?.registrations ?? 0));
    dates.delete(rest);
  }

  function note(rest: string, sequence: number, head: Partial<ContactHead> = {}): void {
    if ((dates.get(rest)?.sequence ?? 0) >= sequence) return;
    const { reviewAt = Infinity, removeAt = Infinity, registrations = 0 } = head;
    forget(rest);
    dates.set(rest, { sequence, reviewAt, removeAt, registrations });
    count(rest, registrations);
  }

  const { read, isLoaded, close } = createView({
    client,
    stream: layout.stream,
    subjects: [`${documents}>`, layout.tip],
    told(subject, sequence, head) {
      if (subject !== layout.tip) note(subject.slice(documents.length), sequence, head());
    },
    forget() {
      dates.clear();
      byInstance.clear();
    },
    reachedTip,
  });

  async function ended(limit: number): Promise<{ readonly dueAt: number; readonly contact: Contact }[]> {
    await read();
    const at = now();
    const due = [...dates]
      // Contacts whose removal is due may already be gone.
      .filter(([, { reviewAt, removeAt }]) => reviewAt <= at && removeAt > at)
      .sort(([, a], [, b]) => a.reviewAt - b.reviewAt);
    const contacts = await Promise.all(
      due.slice(0, limit).map(async ([rest, { sequence, reviewAt }]) => {
        const found = await reads.last<ContactHead>(layout.subject('doc', rest));
        // A contact that was written since has other dates, which the follower is about to report.
        if (found?.sequence !== sequence) return [];
        const { instanceId, contactId, version } = found.head;
        return [{ dueAt: reviewAt, contact: { instanceId, contactId, version, body: found.text } }];
      }),
    );
    return contacts.flat();
  }

  return {
    ended,
    async sweep(limit) {
      await read();
      const at = now();
      const past = [...dates].filter(([, { removeAt }]) => removeAt <= at).slice(0, limit);
      await Promise.all(
        past.map(async ([rest, { sequence }]) => {
          await reads.remove(sequence);
          if (dates.get(rest)?.sequence === sequence) forget(rest);
        }),
      );
      return past.length;
    },
    async asOf(tip) {
      if (!isLoaded()) {
        // In the background: it takes as long as reading the heads of all contacts.
        read().catch(() => undefined);
        return undefined;
      }
      await read(tip);
      return (rest) => dates.get(rest)?.sequence;
    },
    async registrations(instanceId) {
      await read();
      return byInstance.get(hashed(instanceId)) ?? 0;
    },
    close,
  };
}
