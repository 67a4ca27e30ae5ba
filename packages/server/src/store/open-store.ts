// Opens the store that the settings name.
import type { Logger } from 'pino';
import { checkedNatsUrl } from '../addresses/nats-url.ts';
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
  onCommit: (calls: number) => void,
): Promise<Store | SqliteStore> {
  if (config.store.kind === 'sqlite')
    return openSqliteStore({
      path: config.store.path,
      clock,
      onFatal,
      onCommit,
      onUpgrade: (sentence) => log.info({ store: 'SQLite' }, sentence),
      ...(maxBytes !== undefined && { maxBytes }),
    });
  if (config.store.kind === 'nats') {
    const { openJetStreamStore } = await import('./jetstream/jetstream-store.ts');
    const address = checkedNatsUrl(config.store.url.reveal());
    return openJetStreamStore({ address, warn: (sentence) => log.warn({ store: 'NATS' }, sentence) });
  }
  const { openPostgresStore } = await import('./postgres/postgres-store.ts');
  const { url, direct, ...rest } = config.store;
  return openPostgresStore({
    ...rest,
    url: url.reveal(),
    ...(direct && { direct: direct.reveal() }),
    warn: (sentence) => log.warn({ store: 'PostgreSQL' }, sentence),
  });
}
