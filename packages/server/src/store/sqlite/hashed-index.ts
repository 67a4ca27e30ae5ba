// An index of the rows of `delivery` by a hash, in two levels: a small log-structured merge tree.
//
//              −2⁴⁷             hash              2⁴⁷
//     recent   │· ··│ ·  │··· │    │ · ·│ ··· │ ·  │   in memory (recent-entries.ts): every new entry
//                     │ mergeNext: one slice at a time, and the next one the next time
//     index    │▒▒▒▒│▒▒▒▒│▒▒▒▒│▒▒▒▒│▒▒▒▒│▒▒▒▒│▒▒▒▒▒│   a table in the file
//     slice      812  907  95   186  291  384   497    `merged_to`: all rows up to this one are in the index
//
// Hashes arrive in random order. If each entry went straight into the file, it would write a page of its own: 4 KB to the WAL,
// and again at the checkpoint. Merging a slice writes each page once for many entries
// (docs/decisions/0010-two-level-index.md has the figures).
//
// The recent level is never on disk: at start it is rebuilt from the rows after the `merged_to` of their slices.
import type { DatabaseSync } from 'node:sqlite';
import { prepareInsert } from './insert-rows.ts';
import { RecentEntries, SLICE_BITS, SLICE_WIDTH, SLICES } from './recent-entries.ts';

export interface IndexDefinition {
  /** The tables are called `<name>_index` and `<name>_slice`. */
  readonly name: string;
  /** SQL for the hash of a row: an integer of 48 bits with its sign, which takes six bytes in the file. */
  readonly hash: string;
}

/** What is kept in memory follows the transactions of the database: one of these is called after each. */
export interface Transactional {
  committed(): void;
  rolledBack(): void;
}

export interface HashedIndex extends Transactional {
  /** Adds consecutive rows. */
  add(hashes: readonly number[], firstSeq: number): void;
  /** Rows with one of these hashes; some of them may have been deleted. */
  candidates(hashes: readonly number[]): readonly number[];
  /** Those with a number below `before`, newest first, read one by one as they are needed. */
  newest(hash: number, before: number): Iterable<number>;
  /** Moves the entries of the slice that has waited longest into the file. */
  mergeNext(): void;
  /** Examines at most `limit` entries and removes those of deleted rows. True: there is more to examine. */
  forget(limit: number): boolean;
}

/** Each slice has a row in `<name>_slice`. */
const sliceOf = (hash: string): string => `${hash} >> ${SLICE_BITS}`;

/** With more rows than this to rebuild, they are merged instead. */
const ROWS_TO_LOAD = 100_000;
/** Node frees what the hash of a row took only when the statement ends: about 200 bytes. */
const ROWS_AT_ONCE = 250_000;
/** A pass over the index is worthwhile once this many rows, and a tenth of all, were deleted since the last one. */
const ROWS_TO_FORGET = 10_000;

/** The tables. A migration uses this: to change them, add another step. */
export const createIndexTables = ({ name }: IndexDefinition): string => `
  create table ${name}_index (
    hash integer not null,
    seq integer not null,
    primary key (hash, seq)
  ) strict, without rowid;
  create table ${name}_slice (
    number integer primary key,
    merged_to integer not null
  ) strict;
  insert into ${name}_slice
    with recursive slice (number) as (select ${-SLICES / 2} union all select number + 1 from slice where number < ${SLICES / 2 - 1})
    select number, 0 from slice;
`;

/**
 * The entries that are missing in the file. The limit keeps SQLite from merging the inner query into the outer, which would
 * compute each hash four times.
 */
const missing = ({ name, hash }: IndexDefinition, condition = 'true'): string => `
  select hash, seq from (
    select ${hash} as hash, seq from delivery where seq > (select min(merged_to) from ${name}_slice) and ${condition} limit -1
  ) cross join ${name}_slice on number = ${sliceOf('hash')} where seq > merged_to`;

const NEWEST_ROW = 'coalesce((select max(seq) from delivery), 0)';

/**
 * Merges everything at once if there is a lot, as after an upgrade. Call it within a transaction.
 */
export function mergeMany(database: DatabaseSync, definition: IndexDefinition, rows = ROWS_TO_LOAD): void {
  const { name } = definition;
  const { from, to } = database
    .prepare(`select min(merged_to) as "from", ${NEWEST_ROW} as "to" from ${name}_slice`)
    .get() as { from: number; to: number };
  if (to - from <= rows) return;
  // Sorted, so that each page is written once for many of them.
  const insert = database.prepare(
    `insert into ${name}_index ${missing(definition, 'seq between ?1 + 1 and ?1 + ?2')} order by 1, 2`,
  );
  for (let after = from; after < to; after += ROWS_AT_ONCE) insert.run(after, ROWS_AT_ONCE);
  database.exec(`update ${name}_slice set merged_to = ${NEWEST_ROW}`);
}

export function openHashedIndex(database: DatabaseSync, definition: IndexDefinition): HashedIndex {
  const { name } = definition;
  const { mergedTo } = database.prepare(`select min(merged_to) as mergedTo from ${name}_slice`).get() as {
    mergedTo: number;
  };
  const recent = new RecentEntries(mergedTo);
  for (const { hash, seq } of database.prepare(`${missing(definition)} order by seq`).iterate())
    recent.add([Number(hash)], Number(seq));
  recent.committed();

  // One statement for a list costs half as much as one for each entry.
  const find = database.prepare(`select seq from json_each(?1) cross join ${name}_index on hash = value`);
  // Entries below the oldest row belong to deleted rows.
  const descend = database.prepare(
    `select seq from ${name}_index where hash = ? and seq < ? and seq >= (select min(seq) from delivery) order by seq desc`,
  );

  const readOldestSlice = database.prepare(
    `select number from ${name}_slice order by merged_to, number limit 1`,
  );
  const insert = prepareInsert(database, `${name}_index`, 'hash, seq', '(?, ?)');
  const mark = database.prepare(`update ${name}_slice set merged_to = ${NEWEST_ROW} where number = ?`);

  const readRange = database.prepare(
    `select min(seq) as oldest, (select max(seq) from delivery) as newest from delivery`,
  );
  const readHashAfter = database.prepare(
    `select hash from ${name}_index where hash >= ? order by hash limit 1 offset ?`,
  );
  const remove = database.prepare(`delete from ${name}_index where hash >= ? and hash < ? and seq < ?`);
  /** Entries of rows before this one have been removed. */
  let forgotten = 0;
  let pass: { readonly before: number; from: number } | undefined;

  /** Undefined: a pass is not worthwhile yet. */
  function nextPass(): typeof pass {
    const { oldest, newest } = readRange.get() as { oldest: number | null; newest: number | null };
    if (oldest === null || newest === null) return undefined;
    const deleted = oldest - forgotten;
    const isWorthwhile = deleted >= ROWS_TO_FORGET && deleted >= (newest - oldest) / 10;
    return isWorthwhile ? { before: oldest, from: -SLICE_WIDTH * (SLICES / 2) } : undefined;
  }

  return {
    add: (hashes, firstSeq) => recent.add(hashes, firstSeq),
    candidates: (hashes) => [
      ...recent.find(hashes),
      ...find.all(JSON.stringify(hashes)).map(({ seq }) => Number(seq)),
    ],
    *newest(hash, before) {
      // A recent row is newer than each merged row of its slice.
      for (const seq of recent.find([hash])) if (seq < before) yield seq;
      for (const { seq } of descend.iterate(hash, before)) yield Number(seq);
    },
    mergeNext() {
      const slice = Number(readOldestSlice.get()?.['number']);
      insert(recent.take(slice));
      mark.run(slice);
    },
    committed: () => recent.committed(),
    rolledBack: () => recent.rolledBack(),
    forget(limit) {
      pass ??= nextPass();
      if (pass === undefined) return false;
      const { before, from } = pass;
      const next = readHashAfter.get(from, limit)?.['hash'] as number | undefined;
      remove.run(from, next ?? SLICE_WIDTH * SLICES, before);
      if (next !== undefined) pass.from = next;
      else {
        forgotten = before;
        pass = undefined;
      }
      return next !== undefined;
    },
  };
}
