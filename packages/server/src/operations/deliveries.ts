// The delivery log of a contact.
import type { Input, Output } from '@chatpush/wire';
import { registrationIn } from '../contact/document.ts';
import type { ContactDocument } from '../contact/document.ts';
import { ServiceError } from '../service-error.ts';
import { findContact } from '../store/contact-change.ts';
import type { ContactKey, LogEntry, Store } from '../store/store.ts';
import { UnreadableContactError } from '../store/stored-contact.ts';
import type { OperationDependencies } from './dependencies.ts';
import type { PageScope } from './page-token.ts';

const DEFAULT_PAGE = 50;

/** Newest first. The log outlives the contact, so only a contact that is neither known nor in the log is not found. */
export async function listDeliveries(
  { store, directory, pageTokens, outageOf }: OperationDependencies,
  input: Input<'ListDeliveries'>,
): Promise<Output<'ListDeliveries'>> {
  await directory.instance(input.InstanceId);
  const scope: PageScope = {
    list: 'deliveries',
    instanceId: input.InstanceId,
    contactId: input.ContactId,
  };
  const next = pageTokens.open(scope, input.NextToken);
  const { key, nothing, document } = await findLog(store, {
    instanceId: input.InstanceId,
    contactId: input.ContactId,
  });
  const page = await store.deliveries(key, { limit: input.MaxResults ?? DEFAULT_PAGE, next });
  if (nothing && page.items.length === 0 && next === undefined) throw nothing;
  return {
    Deliveries: page.items.map((entry) => ({ ...toDelivery(entry), ...whyNow(entry, document, outageOf) })),
    ...(page.next !== undefined && { NextToken: pageTokens.seal(scope, page.next) }),
  };
}

/** Under which contact the log is, and what to say where nothing is in it. */
async function findLog(
  store: Store,
  given: ContactKey,
): Promise<{
  readonly key: ContactKey;
  readonly nothing?: ServiceError;
  readonly document?: ContactDocument;
}> {
  try {
    const { key, document } = await findContact(store, given);
    if (document) return { key, document };
    return { key, nothing: new ServiceError('ResourceNotFoundException', 'The contact does not exist.') };
  } catch (error) {
    if (!(error instanceof UnreadableContactError)) throw error;
    // Damaged, it has its log all the same, which says so. With none it may have been another name, and the log elsewhere.
    return { key: error.contacts[0]!, nothing: error };
  }
}

/** What waits was settled with the reason of then, if it began at all. This is the one of now. */
function whyNow(
  { status, registrationId = '' }: LogEntry,
  document: ContactDocument | undefined,
  outageOf: OperationDependencies['outageOf'],
): { readonly Reason?: string; readonly Detail?: string } {
  const registration = status === 'queued' && document && registrationIn(document, registrationId);
  const outage = registration && outageOf(registration.applicationArn, registration.deviceType);
  return outage ? { Reason: outage.reason, Detail: outage.answer } : {};
}

function toDelivery(entry: LogEntry): Output<'ListDeliveries'>['Deliveries'][number] {
  return {
    DeliveryId: entry.id,
    MessageId: entry.messageId,
    RegistrationId: entry.registrationId,
    Status: entry.status,
    Reason: entry.reason,
    Attempts: entry.attempts.map(({ at, outcome, gateway, answer }) => ({
      At: new Date(at).toISOString(),
      Outcome: outcome,
      Gateway: gateway,
      Answer: answer,
    })),
    AttemptCount: entry.attemptCount,
    CreatedAt: new Date(entry.at).toISOString(),
  };
}
