// Settings: applications, instances, access keys.
import { settingsPage } from '../page.ts';
import type { Setting, SettingKind, Store } from '../store.ts';
import type { controlLayout } from './layout.ts';
import type { Reads } from './reads.ts';
import type { Writer } from './writer.ts';

/** The text of the message is the body. */
type SettingHead = Omit<Setting, 'body'>;

/** All settings of a kind, by id, from a replica that has reached `least`. */
export async function settingsOf(
  layout: ReturnType<typeof controlLayout>,
  reads: Reads,
  kind: SettingKind,
  least: number,
): Promise<Setting[]> {
  const found = await reads.list<SettingHead>([layout.settings(kind)], least);
  return found
    .map(({ head: { id, version }, text }): Setting => ({ kind, id, version, body: text }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function settingVerbs(
  layout: ReturnType<typeof controlLayout>,
  reads: Reads,
  writer: Writer,
): Pick<Store, 'setting' | 'settings' | 'putSetting'> {
  const find = (kind: SettingKind, id: string) => reads.last<SettingHead>(layout.setting(kind, id));

  return {
    async setting(kind, id) {
      const found = await find(kind, id);
      return found && { ...found.head, body: found.text };
    },
    async settings(kind, page) {
      const all = await settingsOf(layout, reads, kind, writer.last);
      const after = all.filter(({ id }) => id > (page.next ?? ''));
      return settingsPage(after, page);
    },
    async putSetting(kind, id, expectedVersion, body) {
      const found = await find(kind, id);
      if ((found?.head.version ?? 0) !== expectedVersion) return 'changed';
      if (body === undefined)
        return found === undefined || (await reads.remove(found.sequence)) ? 'committed' : 'changed';
      const head: SettingHead = { kind, id, version: expectedVersion + 1 };
      const expected = { sequence: found?.sequence ?? 0 };
      const written = await writer.write([{ subject: layout.setting(kind, id), head, text: body, expected }]);
      return 'sequences' in written ? 'committed' : 'changed';
    },
  };
}
