// The wall clock of the nodes, which a nemesis sets while they run: libfaketime reads the offset from a file.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../packages/server/test/store/temporary-folder.ts';

export interface NodeClock {
  /** The environment that a node needs to use this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock this far ahead of the machine's, or behind it if negative. */
  set(aheadSeconds: number): void;
  close(): void;
}

/** Undefined without libfaketime. */
export function openNodeClock(): NodeClock | undefined {
  if (spawnSync('faketime', ['--version']).status !== 0) return undefined;
  const folder = temporaryFolder();
  const file = join(folder.path, 'ahead');
  const set = (aheadSeconds: number): void =>
    writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`);
  set(0);
  return {
    environment: {
      // The dynamic linker replaces $LIB with the system's library folder.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
    close: () => folder.remove(),
  };
}
