// Which application an instance pushes through, kept in the instance's setting: none or one.
import { ServiceError } from '../service-error.ts';
import type { Store } from '../store/store.ts';

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
  /** As it stands in the store now. */
  read(instanceId: string): Promise<Association | undefined>;
  /** Applies a rule, again where another change came first; what the rule throws is thrown. */
  change(
    instanceId: string,
    rule: (association: Association | undefined) => Association | undefined,
  ): Promise<void>;
}

const TRIES = 20;

export function createAssociations(store: Store): Associations {
  return {
    async read(instanceId) {
      const setting = await store.setting('instance', instanceId);
      return setting && associationIn(setting.body);
    },
    async change(instanceId, rule) {
      for (let tries = 0; tries < TRIES; tries++) {
        const setting = await store.setting('instance', instanceId);
        const document = setting ? (JSON.parse(setting.body) as InstanceDocument) : {};
        const association = rule(document.association);
        const { association: _, ...rest } = document;
        const body = JSON.stringify({ ...rest, ...(association && { association }) });
        const result = await store.putSetting('instance', instanceId, setting?.version ?? 0, body);
        if (result === 'changed') continue;
        store.hint('setting', instanceId);
        return;
      }
      throw new ServiceError('ThrottlingException', 'The instance is being changed by other calls; repeat.');
    },
  };
}
