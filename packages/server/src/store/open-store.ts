// The store that the settings name.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { SqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

export async function openStore(
  config: Config,
  clock: Clock,
  onFatal: (error: Error) => void,
  maxBytes: number | undefined,
  log: Logger,
): Promise<Store | SqliteStore> {
  if (config.store.kind === 'sqlite')
    return openSqliteStore({
      path: config.store.path,
      clock,
      onFatal,
      ...(maxBytes !== undefined && { maxBytes }),
    });
  const { openPostgresStore } = await import('./postgres/postgres-store.ts');
  const { url, direct, ...rest } = config.store;
  return openPostgresStore({
    ...rest,
    url: url.reveal(),
    ...(direct && { direct: direct.reveal() }),
    warn: (sentence) => log.warn({ store: 'PostgreSQL' }, sentence),
  });
}
