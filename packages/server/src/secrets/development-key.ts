// The key of a development set-up: made once, beside the database, so that credentials outlive a restart.
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecretKeyText, parseSecretKeys } from './secret-keys.ts';
import type { SecretKeys } from './secret-keys.ts';

/** Reads the key of a database file, or makes it, readable by its user alone. */
export function developmentKey(databasePath: string): SecretKeys {
  const path = `${databasePath}.key`;
  try {
    // `wx` fails where it is there already: of two processes that start at once, one makes the key that both use.
    writeFileSync(path, `${createSecretKeyText()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return parseSecretKeys(readFileSync(path, 'utf8'));
}
