// Access keys: who may call, and for which instances.

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  /** The instances (bare ids) that calls signed with this key may name. */
  readonly instances: 'all' | ReadonlySet<string>;
  /** Temporary credentials carry a session token; calls must then carry the same. Without one, none is accepted. */
  readonly sessionToken?: string;
}

export type FindAccessKey = (id: string) => AccessKey | undefined;

/** An access key as it stands in settings. */
export interface AccessKeySettings extends Omit<AccessKey, 'instances'> {
  readonly instances: 'all' | readonly string[];
}

/** Whether calls with a key of these instances may name this one (a bare id). */
export const mayActOn = ({ instances }: Pick<AccessKeySettings, 'instances'>, instanceId: string): boolean =>
  instances === 'all' || instances.includes(instanceId);

/** Looks keys up in a fixed list, which is what settings give. */
export function createAccessKeys(settings: readonly AccessKeySettings[]): FindAccessKey {
  const keys = new Map<string, AccessKey>();
  for (const { instances, ...key } of settings)
    keys.set(key.id, { ...key, instances: instances === 'all' ? 'all' : new Set(instances) });
  return (id) => keys.get(id);
}
