// What an authenticated caller may do: the actions of its key, on the key's instances, with the key's applications.
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { isIn } from './permissions.ts';

/** The parts of an ARN in a refusal. */
export interface ArnScope {
  readonly region: string;
  readonly account: string;
}

/** What a call is about to do. */
export interface RequestedAction {
  /** `connect:StopContact`. */
  readonly action: string;
  /** A bare id, if the call names an instance. */
  readonly instanceId?: string;
  /** The ARN of the application, if the call names one. */
  readonly applicationArn?: string;
}

/** Throws AccessDeniedException, worded like IAM's refusals, unless the caller's key allows all of it. */
export function authorize(caller: Caller, requested: RequestedAction, { region, account }: ArnScope): void {
  const { action, instanceId, applicationArn } = requested;
  const instanceArn =
    instanceId === undefined ? undefined : `arn:aws:connect:${region}:${account}:instance/${instanceId}`;
  const refuse = (resource: string, because: string) =>
    new ServiceError(
      'AccessDeniedException',
      `User: arn:aws:iam::${account}:user/${caller.accessKeyId} is not authorized to perform: ${action} on resource: ${resource} because ${because}`,
    );
  if (!isIn(caller.actions, action))
    throw refuse(
      instanceArn ?? applicationArn ?? '*',
      `the settings of this key do not allow the ${action} action`,
    );
  if (instanceArn !== undefined && !isIn(caller.instances, instanceId!))
    throw refuse(instanceArn, 'the settings of this key do not list the instance');
  if (applicationArn !== undefined && !isIn(caller.applications, applicationArn))
    throw refuse(applicationArn, 'the settings of this key do not list the application');
}
