// What an authenticated caller may do: everything, on the instances of its key.
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';

/** What an ARN in a refusal is made of. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** Throws AccessDeniedException unless the caller's key is good for the instance (a bare id). */
export function authorize(caller: Caller, action: string, instanceId: string, place: Place): void {
  if (caller.instances === 'all' || caller.instances.has(instanceId)) return;
  const user = `arn:aws:iam::${place.account}:user/${caller.accessKeyId}`;
  const resource = `arn:aws:connect:${place.region}:${place.account}:instance/${instanceId}`;
  throw new ServiceError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: connect:${action} on resource: ${resource}`,
  );
}
