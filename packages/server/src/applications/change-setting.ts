// Changes a setting of the store: each change on the version it was made from, again where another change came first.
import { ServiceError } from '../service-error.ts';
import type { SettingKind, Store } from '../store/store.ts';

/** Changes of one setting come from people; more than a few at once are a loop somewhere. */
const TRIES = 20;

/** Undefined in: it is not there; undefined out: it is removed. What the rule throws is thrown. Answers the new body. */
export async function changeSetting(
  store: Store,
  kind: SettingKind,
  id: string,
  rule: (body: string | undefined) => string | undefined,
): Promise<string | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await store.setting(kind, id);
    const after = rule(before?.body);
    if (before === undefined && after === undefined) return undefined;
    const result = await store.putSetting(kind, id, before?.version ?? 0, after);
    if (result === 'changed') continue;
    store.hint('setting', id);
    return after;
  }
  throw new ServiceError('ThrottlingException', `The ${kind} is being changed by other calls; repeat.`);
}
