// The key of a development set-up: created once, next to the database, so that credentials survive a restart.
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecretKeyText, parseSecretKeys } from './secret-keys.ts';
import type { SecretKeys } from './secret-keys.ts';

/** Reads the key of a database file, or creates it, readable only by its user. */
export function developmentKey(databasePath: string): SecretKeys {
  const path = `${databasePath}.key`;
  try {
    // `wx` fails if it already exists: of two processes that start at once, one creates the key that both use.
    writeFileSync(path, `${createSecretKeyText()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return parseSecretKeys(readFileSync(path, 'utf8'));
}
