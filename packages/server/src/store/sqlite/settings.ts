// Settings: applications, instances, access keys.
import type { DatabaseSync } from 'node:sqlite';
import type { Verbs } from './protocol.ts';
import { rowsFor, settingsPage } from '../page.ts';
import type { Setting } from '../store.ts';

export function settingVerbs(database: DatabaseSync): Pick<Verbs, 'setting' | 'settings' | 'putSetting'> {
  const read = database.prepare('select kind, id, version, body from setting where kind = ? and id = ?');
  const list = database.prepare(
    'select kind, id, version, body from setting where kind = ? and id > ? order by id limit ?',
  );
  const write = database.prepare(
    `insert into setting (kind, id, version, body) values (?, ?, ?, ?)
     on conflict (kind, id) do update set version = excluded.version, body = excluded.body`,
  );
  const remove = database.prepare('delete from setting where kind = ? and id = ?');
  const stored = (kind: string, id: string) => read.get(kind, id) as Setting | undefined;

  return {
    setting: (_, kind, id) => stored(kind, id),
    settings(_, kind, page) {
      const rows = list.all(kind, page.next ?? '', rowsFor(page)) as unknown as Setting[];
      return settingsPage(rows, page);
    },
    putSetting(_, kind, id, expectedVersion, body) {
      if ((stored(kind, id)?.version ?? 0) !== expectedVersion) return 'changed';
      if (body === undefined) remove.run(kind, id);
      else write.run(kind, id, expectedVersion + 1, body);
      return 'committed';
    },
  };
}
