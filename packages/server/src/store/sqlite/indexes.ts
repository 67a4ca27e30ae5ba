// The indexes by hash: prepared before the tables are migrated, and filled afterwards.
import type { DatabaseSync } from 'node:sqlite';
import { BY_TOKEN } from './claims.ts';
import { BY_LOCATOR } from './contacts.ts';
import { BY_CONTACT, BY_ID } from './delivery-index.ts';
import { mergeMany, registerHash } from './hashed-index.ts';

const INDEXES = [BY_ID, BY_CONTACT, BY_LOCATOR, BY_TOKEN];

/** Before migrations, which use the hashes. */
export function registerHashes(database: DatabaseSync): void {
  for (const definition of INDEXES) registerHash(database, definition);
}

/** If many rows are missing, as after an upgrade. Call it within a transaction. */
export function mergeManyRows(database: DatabaseSync): void {
  for (const definition of INDEXES) mergeMany(database, definition);
}
