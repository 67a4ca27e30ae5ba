// The first connection: checks the server, and brings the schema up to date.
import pg from 'pg';
import { connection, type DatabaseOptions } from './database.ts';
import { explained } from './connect-faults.ts';
import { onAnyHost, type Hosts } from './hosts.ts';
import { checkServer } from './server-checks.ts';
import { greet, isPooledSession, keepsPrepared } from './session.ts';

export interface Opened {
  readonly isPooled: boolean;
  /** One sentence for each thing that may lose accepted pushes. */
  readonly warnings: readonly string[];
}

/** Rejects with one sentence that names the database and the fix. `work` runs on the same connection. */
export function openFirst(
  hosts: Hosts,
  options: Pick<DatabaseOptions, 'sockets'>,
  work: (client: pg.Client) => Promise<void> = () => Promise.resolve(),
  /** The settings say that statements can be prepared behind the pooler. */
  wantsPrepared = false,
): Promise<Opened> {
  return onAnyHost(hosts, async (url) => {
    let client: pg.Client | undefined;
    try {
      client = new pg.Client({ ...connection(options, url), query_timeout: undefined });
      client.on('error', () => undefined); // the running query reports it
      await client.connect();
      const isPooled = await isPooledSession(client);
      await greet(client, { isPooled: true, isPrepared: false });
      const warnings = await checkServer(client, hosts.count);
      if (isPooled && wantsPrepared) await checkPrepared(client, connection(options, url));
      await work(client);
      return { isPooled, warnings };
    } catch (error) {
      throw explained(error, url);
    } finally {
      await client?.end();
    }
  });
}

async function checkPrepared(client: pg.Client, config: pg.ClientConfig): Promise<void> {
  const other = new pg.Client(config);
  other.on('error', () => undefined);
  try {
    await other.connect();
    if (await keepsPrepared(client, other)) return;
  } finally {
    await other.end();
  }
  throw new Error('the pooler forgets prepared statements between transactions');
}
