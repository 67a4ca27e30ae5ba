// The wall clock of the nodes, which a nemesis sets while they run: libfaketime reads how far it is moved from a file.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../packages/server/test/store/temporary-folder.ts';

export interface NodeClock {
  /** What a node needs to go by it. */
  readonly environment: Readonly<Record<string, string>>;
  /** So far ahead of the machine's from now on, or behind it, below zero. */
  set(aheadSeconds: number): void;
  close(): void;
}

/** Undefined where there is no libfaketime. */
export function openNodeClock(): NodeClock | undefined {
  if (spawnSync('faketime', ['--version']).status !== 0) return undefined;
  const folder = temporaryFolder();
  const file = join(folder.path, 'ahead');
  const set = (aheadSeconds: number): void =>
    writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`);
  set(0);
  return {
    environment: {
      // The dynamic linker puts the machine's folder of libraries in place of $LIB.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
    close: () => folder.remove(),
  };
}
