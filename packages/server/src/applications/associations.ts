// Which application an instance pushes through, stored in the instance's setting: none or one.
import type { Store } from '../store/store.ts';
import { changeSetting } from './change-setting.ts';

export interface Association {
  readonly id: string;
  /** The ARN of the application. */
  readonly applicationArn: string;
}

/** What the store keeps of an instance, JSON text. */
interface InstanceDocument {
  readonly association?: Association;
}

export const associationIn = (body: string): Association | undefined =>
  (JSON.parse(body) as InstanceDocument).association;

export interface Associations {
  /** The current state in the store. */
  read(instanceId: string): Promise<Association | undefined>;
  /** Applies a rule, again if another change came first; an error of the rule is thrown. */
  change(
    instanceId: string,
    rule: (association: Association | undefined) => Association | undefined,
  ): Promise<void>;
}

export function createAssociations(store: Store): Associations {
  return {
    async read(instanceId) {
      const setting = await store.setting('instance', instanceId);
      return setting && associationIn(setting.body);
    },
    async change(instanceId, rule) {
      await changeSetting(store, 'instance', instanceId, (body = '{}') => {
        const { association: before, ...rest } = JSON.parse(body) as InstanceDocument;
        const association = rule(before);
        return JSON.stringify({ ...rest, ...(association && { association }) });
      });
    },
  };
}
