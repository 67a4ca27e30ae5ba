// Faults that no shape can describe, reported all at once and in the same form as those of shapes.
import { describeFaults } from '@chatpush/wire';
import type { Fault } from '@chatpush/wire';
import { ServiceError } from '../service-error.ts';
import { APPLICATION_ARN, isApplicationArn } from './directory.ts';

const fault = (path: string, constraint: string): Fault => ({
  path,
  message: `Value at '${path}' failed to satisfy constraint: ${constraint}`,
});

/** Throws InvalidParameterException if there is any. */
export function refuseFaults(faults: readonly (Fault | undefined)[]): void {
  const found = faults.filter((one) => one !== undefined);
  if (found.length > 0) throw new ServiceError('InvalidParameterException', describeFaults(found));
}

export const applicationArnFault = (path: string, arn: string): Fault | undefined =>
  isApplicationArn(arn)
    ? undefined
    : fault(path, `Member must satisfy regular expression pattern: ${APPLICATION_ARN}`);

/** Amazon's model lists five roles, but its service accepts one. */
export const customerRoleFault = (path: string, role: string | undefined): Fault | undefined =>
  role === undefined || role === 'CUSTOMER'
    ? undefined
    : fault(path, 'Member must be CUSTOMER: only the customer has a phone to push to');

export const textFault = (path: string, wrong: boolean, constraint: string): Fault | undefined =>
  wrong ? fault(path, constraint) : undefined;
