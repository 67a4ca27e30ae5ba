// Server settings without which accepted deliveries could be lost: checked when the store opens, and by `doctor`.
import type pg from 'pg';

/**
 * Rejects with a sentence for what the store cannot work with; resolves with sentences for what may lose pushes
 * later.
 */
export async function checkServer(client: pg.ClientBase, hosts: number): Promise<string[]> {
  const show = async (name: string): Promise<string> => {
    const { rows } = await client.query<Record<string, string>>(`show ${name}`);
    return Object.values(rows[0] ?? {})[0] ?? '';
  };
  const encoding = await show('server_encoding');
  if (encoding !== 'UTF8')
    throw new Error(
      `The database has the encoding ${encoding}, which cannot hold what people write: create one with encoding UTF8 (create database chatpush encoding UTF8 template template0).`,
    );
  const commit = await show('synchronous_commit');
  if (commit === 'off')
    throw new Error(
      'The database has synchronous_commit = off, so a crash could lose accepted pushes: ' +
        'set it to on for this database, or for the role that chatpush connects as.',
    );
  const warnings: string[] = [];
  if ((await show('fsync')) === 'off')
    warnings.push(
      'fsync is off: a crash of the machine loses accepted pushes, or the whole database. Set fsync = on.',
    );
  const { rows } = await client.query<{ standbys: number }>(
    'select count(*)::int as standbys from pg_stat_replication',
  );
  const standbys = rows[0]?.standbys ?? 0;
  const names = await show('synchronous_standby_names');
  if (names === '' && (standbys > 0 || hosts > 1))
    warnings.push(
      "Standbys are asynchronous: a failover loses the accepted pushes that had not reached them. Set synchronous_standby_names = 'ANY 1 (*)' (Patroni: synchronous_mode: true).",
    );
  if (names !== '' && commit === 'local')
    warnings.push(
      'synchronous_commit is local, so commits do not wait for the standby: a failover loses accepted pushes. Set synchronous_commit = on.',
    );
  return warnings;
}
