// Whose turn a call takes: that of the instance it names, where its key may act on that, else that of the key.
import { decodeComponent } from '@chatpush/wire';

import { bareInstanceId } from '../auth/instance.ts';
import { isIn } from '../auth/permissions.ts';
import type { Identity } from './authentication.ts';
import type { Route } from './routes.ts';

export function turnOwner({ segments }: Route, identity: Identity): string {
  if ('participant' in identity) return `instance ${identity.participant.instanceId}`;
  const { accessKeyId, instances } = identity.caller;
  const instanceId = namedInstance(segments['InstanceId']) ?? onlyOne(instances);
  // A key that named instances at will would have as many turns.
  return instanceId !== undefined && isIn(instances, instanceId)
    ? `instance ${instanceId}`
    : `key ${accessKeyId}`;
}

/** Undefined where a path names none, or not well: that is said once it is known who asks. */
function namedInstance(segment: string | undefined): string | undefined {
  const named = segment === undefined ? undefined : decodeComponent(segment);
  if (named === undefined) return undefined;
  try {
    return bareInstanceId(named);
  } catch {
    return undefined;
  }
}

/** Operations whose body names the instance are called with the turn of the key, unless that is for one instance alone. */
function onlyOne(instances: 'all' | ReadonlySet<string>): string | undefined {
  if (instances === 'all' || instances.size !== 1) return undefined;
  const [one] = instances;
  return one;
}
