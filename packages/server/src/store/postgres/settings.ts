// Settings: applications, instances, access keys.
import { rowsFor, settingsPage } from '../page.ts';
import type { Setting, Store } from '../store.ts';
import type { Database } from './database.ts';

const READ = {
  name: 'setting',
  isQuick: true,
  text: 'select kind, id, version, body from chatpush.setting where kind = $1 and id = $2',
};

const LIST = {
  name: 'settings',
  text: 'select kind, id, version, body from chatpush.setting where kind = $1 and id > $2 order by id limit $3',
};

const INSERT = {
  name: 'insert-setting',
  text: `insert into chatpush.setting (kind, id, version, body) values ($1, $2, 1, $3) on conflict do nothing returning 1`,
};

const UPDATE = {
  name: 'update-setting',
  text: `update chatpush.setting set version = version + 1, body = $4 where kind = $1 and id = $2 and version = $3 returning 1`,
};

const REMOVE = {
  name: 'remove-setting',
  text: 'delete from chatpush.setting where kind = $1 and id = $2 and version = $3 returning 1',
};

export function settingVerbs(database: Database): Pick<Store, 'setting' | 'settings' | 'putSetting'> {
  const setting: Store['setting'] = async (kind, id) => (await database.query<Setting>(READ, [kind, id]))[0];

  async function isWritten(kind: string, id: string, version: number, body?: string): Promise<boolean> {
    const key = [kind, id];
    if (body !== undefined) {
      const rows =
        version === 0
          ? await database.query(INSERT, [...key, body])
          : await database.query(UPDATE, [...key, version, body]);
      return rows.length > 0;
    }
    if (version === 0) return (await database.query(READ, key)).length === 0;
    return (await database.query(REMOVE, [...key, version])).length > 0;
  }

  return {
    setting,
    async settings(kind, page) {
      const rows = await database.query<Setting>(LIST, [kind, page.next ?? '', rowsFor(page)]);
      return settingsPage(rows, page);
    },
    async putSetting(kind, id, expectedVersion, body) {
      return (await isWritten(kind, id, expectedVersion, body)) ? 'committed' : 'changed';
    },
  };
}
