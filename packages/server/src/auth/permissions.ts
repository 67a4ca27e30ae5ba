// What a key may do, on which instances and with which applications.
import { INSTANCE_ACTIONS, SERVICE_ACTIONS, actionsNamed } from '@chatpush/wire';
import type { Caller } from '../operations/handlers.ts';

export type Permissions = Omit<Caller, 'accessKeyId'>;

/** Permissions as written in the settings. */
export interface PermissionSettings {
  readonly instances: 'all' | readonly string[];
  /**
   * Names of actions, or prefixes ending in `*`. Default: all. For a key that is limited to instances, the default
   * excludes nodes and setting up applications, which instances share, and a prefix does not include nodes.
   */
  readonly actions?: 'all' | readonly string[];
  /** ARNs. Default: all. */
  readonly applications?: 'all' | readonly string[];
}

const setOf = (list: 'all' | readonly string[]): 'all' | ReadonlySet<string> =>
  list === 'all' ? list : new Set(list);

export function permissionsOf({
  instances,
  actions = instances === 'all' ? 'all' : INSTANCE_ACTIONS,
  applications = 'all',
}: PermissionSettings): Permissions {
  const allowed = (name: string): readonly string[] =>
    actionsNamed(name).filter(
      (action) => action === name || instances === 'all' || !SERVICE_ACTIONS.has(action),
    );
  return {
    instances: setOf(instances),
    actions: actions === 'all' ? actions : new Set(actions.flatMap(allowed)),
    applications: setOf(applications),
  };
}

/** Whether these permissions allow an action on an instance (a bare id). */
export const allows = ({ instances, actions }: Permissions, action: string, instanceId: string): boolean =>
  isIn(actions, action) && isIn(instances, instanceId);

export const isIn = (allowed: 'all' | ReadonlySet<string>, wanted: string): boolean =>
  allowed === 'all' || allowed.has(wanted);
