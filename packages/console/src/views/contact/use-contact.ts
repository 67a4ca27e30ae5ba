// A contact as the service knows it, refreshed while it is shown: after each request to a gateway, and every few seconds.
import { useEffect, useRef, useState } from 'preact/hooks';
import { readContact, type Access, type KnownContact } from '../../service.ts';
import type { State } from '../../state.ts';
import { useClock } from '../../use-live.ts';

/** The shortest time between two calls, however many requests there are. */
const AT_MOST_EVERY_MS = 1_000;
const EVERY_MS = 5_000;

export interface ContactRead {
  contact?: KnownContact;
  /** Whether the service answered that it does not know the contact. */
  isUnknown?: boolean;
  problem?: string;
}

/** Does nothing without an access. */
export function useContact(
  { requestCount, written }: State,
  access: Access | undefined,
  contactId: string,
  pages: number,
): ContactRead {
  const [read, setRead] = useState<ContactRead & { of?: string }>({});
  const askedAtMs = useRef(-Infinity);
  const tick = useClock(EVERY_MS);
  const answered = written.filter(({ answer }) => answer !== undefined).length;
  const of = JSON.stringify([access, contactId]);
  useEffect(() => {
    let isOver = false;
    const ask = async (): Promise<void> => {
      askedAtMs.current = performance.now();
      try {
        const contact = access && (await readContact(access, contactId, pages));
        if (!isOver) setRead({ of, contact, isUnknown: contact === undefined });
      } catch (error) {
        if (!isOver) setRead({ of, problem: (error as Error).message });
      }
    };
    const waitMs = askedAtMs.current + AT_MOST_EVERY_MS - performance.now();
    const timer = setTimeout(() => void ask(), Math.max(0, waitMs));
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [of, pages, requestCount, answered, tick]);
  return read.of === of ? read : {};
}
