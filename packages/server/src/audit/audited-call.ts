// Which calls are noted in the audit log, and what of them.
import { APPLICATION_OPERATIONS, OPERATIONS } from '@chatpush/wire';
import type { Operation } from '@chatpush/wire';
import type { AnsweredCall } from '../http/answered-call.ts';
import type { Audit } from './audit.ts';

/** Calls that write, and change nothing that an audit is about: there is one for each message. */
const MESSAGES: ReadonlySet<string> = new Set(['PutChatEvents', 'SendMessages']);
/** How a key is refused. A call without a key does not count. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'InvalidSignatureException',
  'UnrecognizedClientException',
]);

export function auditCall(audit: Audit, call: AnsweredCall): void {
  const operation = call.operation === undefined ? undefined : keyOperation(call.operation);
  // Participants call with tokens, not with keys; and what has no operation is no call.
  if (operation === undefined) return;
  const { error, accessKeyId, instanceId, requestId, address, named } = call;
  const about = { operation: operation.name, instanceId, requestId, address };
  if (error !== undefined && REFUSALS.has(error)) {
    const claimedKeyId = accessKeyId === undefined ? claimedKey(call.authorization) : undefined;
    audit.refused({ ...about, result: error, keyId: accessKeyId, claimedKeyId });
    return;
  }
  const isChange = operation.method !== 'GET' && !MESSAGES.has(operation.name);
  // Of a call that failed on our side nobody knows whether it has changed anything.
  if (isChange && (error === undefined || call.status >= 500))
    audit.note({ ...about, ...named, result: error ?? 'ok', keyId: accessKeyId });
}

const OF_KEYS: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({ ...OPERATIONS, ...APPLICATION_OPERATIONS }),
);
const keyOperation = (name: string): Operation | undefined => OF_KEYS.get(name);

/** Anyone may write anything there; what cannot be the id of a key is left out. */
const claimedKey = (authorization: string): string | undefined =>
  /(?:Credential=|X-Amz-Credential=)(\w{1,128})(?:\/|%2F)/i.exec(authorization)?.[1];
