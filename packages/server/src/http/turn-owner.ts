// Whose turn a call uses: that of the instance it names, if its key may act on it, otherwise that of the key. Until its
// head has been read, the start of its path decides.
import { decodeComponent } from '@chatpush/wire';

import { bareInstanceId } from '../auth/instance.ts';
import { isIn } from '../auth/permissions.ts';
import type { Identity } from './authentication.ts';
import type { Route } from './routes.ts';

/** Few, because nothing in a head is proven: thousands of invented names would each get a turn before a real one. */
const HEAD_OWNERS = Array.from({ length: 32 }, (_, index) => `heads ${index}`);
const SLASH = 0x2f;

/**
 * By the start of a path as it arrived, such as `/push-notification/{InstanceId}` or `/v1/apps/{ApplicationId}`. Calls that
 * name neither in their path share an owner with all calls of the same operation.
 */
export function headOwner(path: string): string {
  let hash = 0;
  const end = Math.min(path.length, 200);
  const last = path.startsWith('/v1/') ? 4 : 3;
  for (let at = 0, slashes = 0; at < end; at++) {
    const code = path.charCodeAt(at);
    if (code === SLASH && ++slashes === last) break;
    hash = Math.imul(hash, 31) + code;
  }
  return HEAD_OWNERS[hash & (HEAD_OWNERS.length - 1)]!;
}

export function turnOwner({ segments }: Route, identity: Identity): string {
  if ('participant' in identity) return `instance ${identity.participant.instanceId}`;
  const { accessKeyId, instances } = identity.caller;
  const instanceId = namedInstance(segments['InstanceId']) ?? onlyOne(instances);
  // If any named instance counted, a key could take as many turns as it likes.
  return instanceId !== undefined && isIn(instances, instanceId)
    ? `instance ${instanceId}`
    : `key ${accessKeyId}`;
}

/** Undefined if the path names none, or not correctly: the caller is told once it is known. */
function namedInstance(segment: string | undefined): string | undefined {
  const named = segment === undefined ? undefined : decodeComponent(segment);
  if (named === undefined) return undefined;
  try {
    return bareInstanceId(named);
  } catch {
    return undefined;
  }
}

/** Operations that name the instance in their body use the key's turn, unless the key is for one instance only. */
function onlyOne(instances: 'all' | ReadonlySet<string>): string | undefined {
  if (instances === 'all' || instances.size !== 1) return undefined;
  const [one] = instances;
  return one;
}
