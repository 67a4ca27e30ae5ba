// The stores under test, each with the faults that apply to it.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '../packages/server/test/store/temporary-folder.ts';
import { openNats, type NatsFaults } from './nats.ts';
import { openCluster, openPostgres } from './postgres.ts';
import type { PostgresFaults } from './postgres.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export interface CampaignStore {
  /** The environment that a node needs to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The proxy to the database, if there is one. */
  readonly way?: TcpProxy;
  readonly postgres?: PostgresFaults;
  readonly nats?: NatsFaults;
  readonly disk?: Disk;
  /** Kills the primary and promotes the standby. Works once. */
  readonly failOver?: () => Promise<void>;
  close(): Promise<void>;
}

/** The file system of SQLite's file. */
export interface Disk {
  fill(): void;
  empty(): void;
}

interface StoreKind {
  readonly severalNodes: boolean;
  open(): Promise<CampaignStore>;
}

export const STORES = {
  sqlite: { severalNodes: false, open: openSqlite },
  postgres: { severalNodes: true, open: () => openPostgres({ isPooled: false }) },
  pgbouncer: { severalNodes: true, open: () => openPostgres({ isPooled: true }) },
  cluster: { severalNodes: true, open: openCluster },
  nats: { severalNodes: true, open: openNats },
} as const satisfies Record<string, StoreKind>;

export type StoreName = keyof typeof STORES;

function openSqlite(): Promise<CampaignStore> {
  const folder = temporaryFolder();
  // A small dedicated file system that can be filled. If none can be mounted, the disk-full nemesis does not apply.
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', folder.path]).status === 0;
  const filler = join(folder.path, 'filler');
  return Promise.resolve({
    environment: { CHATPUSH_STORE: `sqlite:${join(folder.path, 'campaign.db')}` },
    ...(mounted && {
      disk: {
        fill: () => fillWith(filler),
        empty: () => rmSync(filler, { force: true }),
      },
    }),
    close: () => {
      if (mounted) spawnSync('umount', ['-l', folder.path]);
      folder.remove();
      return Promise.resolve();
    },
  });
}

/** Writes until there is no space. The service writes at the same time, so the amount is not known in advance. */
function fillWith(path: string): void {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(65_536);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
