// Which calls go into the audit log, and with which members.
import { APPLICATION_OPERATIONS, OPERATIONS } from '@chatpush/wire';
import type { Operation } from '@chatpush/wire';
import type { AnsweredCall } from '../http/answered-call.ts';
import type { Audit } from './audit.ts';

/** Calls other than GET that are not audited: there is one for each message, or they change nothing. */
const NOT_AUDITED: ReadonlySet<string> = new Set(['PutChatEvents', 'SendMessages', 'PreviewPush']);
/** The errors that refuse a key. A call without a key does not count. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'InvalidSignatureException',
  'UnrecognizedClientException',
]);

export function auditCall(audit: Audit, call: AnsweredCall): void {
  const operation = call.operation === undefined ? undefined : keyOperation(call.operation);
  // Participants use tokens, not keys; a request without an operation is not a call.
  if (operation === undefined) return;
  const { error, accessKeyId, instanceId, requestId, address, named } = call;
  const about = { operation: operation.name, instanceId, requestId, address };
  if (error !== undefined && REFUSALS.has(error)) {
    const claimedKeyId = accessKeyId === undefined ? claimedKey(call.authorization) : undefined;
    audit.refused({ ...about, result: error, keyId: accessKeyId, claimedKeyId });
    return;
  }
  const isChange = operation.method !== 'GET' && !NOT_AUDITED.has(operation.name);
  // If a call failed on our side, it may or may not have changed something.
  if (isChange && (error === undefined || call.status >= 500))
    audit.note({ ...about, ...named, result: error ?? 'ok', keyId: accessKeyId });
}

const OF_KEYS: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({ ...OPERATIONS, ...APPLICATION_OPERATIONS }),
);
const keyOperation = (name: string): Operation | undefined => OF_KEYS.get(name);

/** Anyone can send anything here; text that cannot be a key id is left out. */
const claimedKey = (authorization: string): string | undefined =>
  /(?:Credential=|X-Amz-Credential=)(\w{1,128})(?:\/|%2F)/i.exec(authorization)?.[1];
