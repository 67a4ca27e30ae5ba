// Reads the settings of the store page by page, and changes them. A change applies to the version that it was made
// from, and is retried if another change came first.
import { ServiceError } from '../service-error.ts';
import type { Setting, SettingKind, Store } from '../store/store.ts';

const PAGE = 100;

/** All settings of a kind, by id. */
export async function* everySetting(
  store: Pick<Store, 'settings'>,
  kind: SettingKind,
): AsyncGenerator<Setting> {
  let next: string | undefined;
  do {
    const page = await store.settings(kind, { limit: PAGE, ...(next !== undefined && { next }) });
    yield* page.items;
    ({ next } = page);
  } while (next !== undefined);
}

/** People change settings; more than a few changes at once come from a loop somewhere. */
const TRIES = 20;

/**
 * Undefined in: the setting does not exist. Undefined out: it is removed. An error of the rule is thrown. Returns
 * the new body.
 */
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
  throw new ServiceError(
    'ThrottlingException',
    `The ${kind} is being changed by other calls; repeat the call.`,
  );
}
