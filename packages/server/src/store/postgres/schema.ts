// Bringing the schema to the version this code knows, by one node at a time.
import pg from 'pg';
import { connection, type DatabaseOptions } from './database.ts';
import { toStoreError } from './faults.ts';
import { MIGRATIONS } from './migrations.ts';

/** Throws one sentence that says what is wrong and what to do. */
export async function migrate(options: DatabaseOptions): Promise<void> {
  const { schema } = options;
  const client = new pg.Client({ ...connection(options), query_timeout: undefined });
  client.on('error', () => undefined); // the query under way reports it
  try {
    await client.connect();
    await client.query('set statement_timeout = 0; set lock_timeout = 0');
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`chatpush ${schema}`]);
    await client.query(`create schema if not exists ${schema}`);
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
    await assertDurable(client);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.end();
  }
}

async function assertDurable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ synchronous_commit: string }>('show synchronous_commit');
  if (rows[0]?.synchronous_commit !== 'off') return;
  throw new Error(
    'The database has synchronous_commit = off, so that what was accepted could be lost with it: ' +
      'set it to on for this database or for the role that chatpush connects as.',
  );
}
