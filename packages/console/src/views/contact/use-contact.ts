// A contact as the service knows it, refreshed while it is shown: after each request to a gateway, and every few seconds.
import { readContact, type Access, type KnownContact } from '../../service.ts';
import type { State } from '../../state.ts';
import { useRefreshed } from '../../use-refreshed.ts';

const EVERY_MS = 5_000;

export interface ContactRead {
  contact?: KnownContact;
  /** Whether the service answered that it does not know the contact. */
  isUnknown?: boolean;
  problem?: string;
}

/** Without access, the contact is unknown. */
export function useContact(
  { requestCount, written }: State,
  access: Access | undefined,
  contactId: string,
  pages: number,
): ContactRead {
  const answered = written.filter(({ answer }) => answer !== undefined).length;
  const of = JSON.stringify([access, contactId]);
  const ask = async (): Promise<{ contact: KnownContact | undefined }> => ({
    contact: access && (await readContact(access, contactId, pages)),
  });
  const read = useRefreshed({ of, text: `${of} ${pages}`, ask }, EVERY_MS, requestCount, answered);
  if (read.of !== of) return {};
  if (read.problem !== undefined || read.answer === undefined) return { problem: read.problem };
  const { contact } = read.answer;
  return { contact, isUnknown: contact === undefined };
}
