// Brings the schema to the version of this code, one node at a time.
import type pg from 'pg';
import { MIGRATIONS } from './migrations.ts';

/**
 * Throws one sentence that says what is wrong and what to do. Runs in one transaction, and sets nothing outside it.
 */
export async function migrate(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query('begin; set local statement_timeout = 0; set local lock_timeout = 0');
  await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`chatpush ${schema}`]);
  await client.query(`create schema if not exists ${schema}`);
  await client.query(`set local search_path = ${schema}`);
  await client.query('create table if not exists schema_version (version integer not null)');
  const { rows } = await client.query<{ version: number }>('select version from schema_version');
  const version = rows[0]?.version ?? 0;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The schema ${schema} was written by a newer chatpush (version ${version}, this one knows ${MIGRATIONS.length}): ` +
        'start that version, or restore a copy made before the upgrade.',
    );
  }
  for (const step of MIGRATIONS.slice(version)) await client.query(step);
  await client.query('delete from schema_version');
  await client.query('insert into schema_version (version) values ($1)', [MIGRATIONS.length]);
  await client.query('commit');
}
