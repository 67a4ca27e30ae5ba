// Access keys: who may call, and what each key allows.
import { permissionsOf } from './permissions.ts';
import type { Permissions, PermissionSettings } from './permissions.ts';

export const ANY_SESSION = Symbol('any session token');

interface Credentials {
  readonly id: string;
  readonly secret: string;
  /**
   * Temporary credentials have a session token, and calls must carry the same. `ANY_SESSION`: calls may carry any
   * or none, for shells that have one of Amazon's. Absent: they must have none.
   */
  readonly sessionToken?: string | typeof ANY_SESSION;
}

export interface AccessKey extends Credentials, Permissions {}

export type FindAccessKey = (id: string) => AccessKey | undefined;

/** An access key as written in the settings. */
export interface AccessKeySettings extends Credentials, PermissionSettings {}

/** Looks keys up in a fixed list, such as that of the settings. */
export function createAccessKeys(settings: readonly AccessKeySettings[]): FindAccessKey {
  const keys = new Map<string, AccessKey>();
  for (const { id, secret, sessionToken, ...permissions } of settings)
    keys.set(id, {
      id,
      secret,
      ...permissionsOf(permissions),
      ...(sessionToken !== undefined && { sessionToken }),
    });
  return (id) => keys.get(id);
}
