// A separate schema in the test server, and functions to manipulate it.
import pg from 'pg';
import { fresh } from './conformance/harness.ts';

export interface TestSchema {
  readonly schema: string;
  /** Runs a statement with the schema as its search path. */
  readonly query: (text: string) => Promise<Record<string, unknown>[]>;
  /** Moves this schema's view of the database clock `ms` ahead. */
  readonly setClockAhead: (ms: number) => Promise<void>;
  readonly drop: () => Promise<void>;
}

export async function createTestSchema(url: string): Promise<TestSchema> {
  const schema = fresh(`test_${process.pid}`).replaceAll('-', '_');
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
  await client.connect();
  const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
  return {
    schema,
    query,
    setClockAhead: async (ms) => {
      await query(
        `create or replace function now_ms() returns bigint language sql stable as
           $$ select (extract(epoch from statement_timestamp()) * 1000)::bigint + ${ms} $$`,
      );
    },
    drop: async () => {
      await query(`drop schema if exists ${schema} cascade`);
      await client.end();
    },
  };
}
