// An instance ARN instead of an instance id means the instance with that id: both name the same tenant. Region and
// account are not compared: they say where Amazon would keep it, and backends that move here keep their ARNs.
import { ServiceError } from '../service-error.ts';

const ARN = /^arn:[a-z-]+:connect:[a-z0-9-]*:\d*:instance\/([^/:]+)$/;

/** The bare id of an instance named by id or ARN. Throws InvalidParameterException on any other ARN. */
export function bareInstanceId(instance: string): string {
  if (!instance.startsWith('arn:')) return instance;
  const id = ARN.exec(instance)?.[1];
  if (id === undefined)
    throw new ServiceError(
      'InvalidParameterException',
      "1 validation error detected: Value at '/InstanceId' failed to satisfy constraint: Member must be an instance id or an ARN such as arn:aws:connect:us-east-1:000000000000:instance/id",
    );
  return id;
}
