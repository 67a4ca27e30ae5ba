// An index of the rows of a table by a hash, in two levels: a small log-structured merge tree.
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
  /** The table whose rows are found. Its primary key is `seq integer primary key autoincrement`. */
  readonly table: string;
  /** The columns that are hashed, all of them text. */
  readonly columns: readonly string[];
  /** Their hash: an integer of 48 bits with its sign, which takes six bytes in the file. */
  readonly hashOf: (...texts: string[]) => number;
  /** In which order rows are deleted. It decides how the entries of deleted rows are found. */
  readonly deletes: 'oldest first' | 'in any order';
  /** This many rows are counted already at start, so that two indexes of one table merge in different calls. */
  readonly headStart?: number;
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
  /** Moves the entries of the slice that has waited longest into the file. `add` does so from time to time. */
  mergeNext(): void;
  /** Takes note of deleted rows. Their entries stay until `forget` removes them. */
  deleted(rows: number): void;
  /** Examines at most `limit` entries and removes those of deleted rows. True: there is more to examine. */
  forget(limit: number): boolean;
}

/** Each slice has a row in `<name>_slice`. */
const sliceOf = (hash: string): string => `${hash} >> ${SLICE_BITS}`;

/**
 * After this many new rows, the slice that has waited longest is merged. At most 64,000 rows are then recent, which are read
 * again at start, and a merge takes 1 to 3 ms.
 */
const ROWS_PER_MERGE = 1_000;
/** With more rows than this to rebuild, they are merged instead. */
const ROWS_TO_LOAD = 100_000;
/** Node frees what the hash of a row took only when the statement ends: about 200 bytes. */
const ROWS_AT_ONCE = 250_000;
/** A pass over the index is worthwhile once this many rows, and a tenth of its entries, were deleted since the last one. */
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

const hashIn = ({ name, columns }: IndexDefinition): string => `${name}_hash(${columns.join(', ')})`;

/** Makes the hash available to SQL. Call it first. */
export function registerHash(database: DatabaseSync, { name, columns, hashOf }: IndexDefinition): void {
  // SQLite counts the parameters of the function.
  const of = (...texts: unknown[]): number => hashOf(...texts.map(String));
  Object.defineProperty(of, 'length', { value: columns.length });
  database.function(`${name}_hash`, { deterministic: true }, of);
}

/**
 * The entries that are missing in the file. The limit keeps SQLite from merging the inner query into the outer, which would
 * compute each hash four times.
 */
const missing = (definition: IndexDefinition, condition = 'true'): string => `
  select hash, seq from (
    select ${hashIn(definition)} as hash, seq from ${definition.table}
      where seq > (select min(merged_to) from ${definition.name}_slice) and ${condition} limit -1
  ) cross join ${definition.name}_slice on number = ${sliceOf('hash')} where seq > merged_to`;

const newestRow = ({ table }: IndexDefinition): string => `coalesce((select max(seq) from ${table}), 0)`;

/**
 * Merges everything at once if there is a lot, as after an upgrade. Call it within a transaction.
 */
export function mergeMany(database: DatabaseSync, definition: IndexDefinition, rows = ROWS_TO_LOAD): void {
  const { name } = definition;
  const { from, to } = database
    .prepare(`select min(merged_to) as "from", ${newestRow(definition)} as "to" from ${name}_slice`)
    .get() as { from: number; to: number };
  if (to - from <= rows) return;
  // Sorted, so that each page is written once for many of them.
  const insert = database.prepare(
    `insert into ${name}_index ${missing(definition, 'seq between ?1 + 1 and ?1 + ?2')} order by 1, 2`,
  );
  for (let after = from; after < to; after += ROWS_AT_ONCE) insert.run(after, ROWS_AT_ONCE);
  database.exec(`update ${name}_slice set merged_to = ${newestRow(definition)}`);
}

export function openHashedIndex(database: DatabaseSync, definition: IndexDefinition): HashedIndex {
  const { name, table } = definition;
  const { mergedTo, newest } = database
    .prepare(`select min(merged_to) as mergedTo, ${newestRow(definition)} as newest from ${name}_slice`)
    .get() as { mergedTo: number; newest: number };
  const recent = new RecentEntries(mergedTo);
  for (const { hash, seq } of database.prepare(`${missing(definition)} order by seq`).iterate())
    recent.add([Number(hash)], Number(seq));
  recent.committed();

  const findOne = database.prepare(`select seq from ${name}_index where hash = ?`);
  // One statement for a list costs half as much as one for each entry.
  const find = database.prepare(`select seq from json_each(?1) cross join ${name}_index on hash = value`);
  // Entries below the oldest row belong to deleted rows.
  const descend = database.prepare(
    `select seq from ${name}_index where hash = ? and seq < ? and seq >= (select min(seq) from ${table}) order by seq desc`,
  );

  const readOldestSlice = database.prepare(
    `select number from ${name}_slice order by merged_to, number limit 1`,
  );
  const insert = prepareInsert(database, `${name}_index`, 'hash, seq', '(?, ?)');
  const mark = database.prepare(
    `update ${name}_slice set merged_to = ${newestRow(definition)} where number = ?`,
  );

  const readHashAfter = database.prepare(
    `select hash from ${name}_index where hash >= ? order by hash limit 1 offset ?`,
  );
  const readNextHash = database.prepare(`select min(hash) as hash from ${name}_index where hash > ?`);
  const isDeleted =
    definition.deletes === 'oldest first'
      ? `seq < coalesce((select min(seq) from ${table}), ${Number.MAX_SAFE_INTEGER})`
      : `not exists (select 1 from ${table} where ${table}.seq = ${name}_index.seq)`;
  const remove = database.prepare(`delete from ${name}_index where hash >= ? and hash < ? and ${isDeleted}`);

  // Includes rows that were rolled back, which only makes a merge, or a pass, come earlier.
  let unmerged = definition.headStart ?? 0;
  /** Since the last pass. At start, any row may have been deleted. */
  let deletedRows = newest;
  /** Entries that the last pass left. */
  let left = 0;
  /** Where the pass in progress continues. */
  let next: number | undefined;

  function mergeNext(): void {
    const slice = Number(readOldestSlice.get()?.['number']);
    insert(recent.take(slice));
    mark.run(slice);
  }

  /** The first hash behind `limit` entries, so that a step ends between two hashes. More entries than that may share one. */
  function hashAfter(from: number, limit: number): number | undefined {
    const after = readHashAfter.get(from, limit)?.['hash'];
    const next = after === from ? readNextHash.get(from)?.['hash'] : after;
    return (next ?? undefined) as number | undefined;
  }

  return {
    add(hashes, firstSeq) {
      recent.add(hashes, firstSeq);
      for (unmerged += hashes.length; unmerged >= ROWS_PER_MERGE; unmerged -= ROWS_PER_MERGE) mergeNext();
    },
    candidates(hashes) {
      const merged = hashes.length === 1 ? findOne.all(hashes[0]!) : find.all(JSON.stringify(hashes));
      return [...recent.find(hashes), ...merged.map(({ seq }) => Number(seq))];
    },
    *newest(hash, before) {
      // A recent row is newer than each merged row of its slice.
      for (const seq of recent.find([hash])) if (seq < before) yield seq;
      for (const { seq } of descend.iterate(hash, before)) yield Number(seq);
    },
    committed: () => recent.committed(),
    rolledBack: () => recent.rolledBack(),
    mergeNext,
    deleted(rows) {
      deletedRows += rows;
    },
    forget(limit) {
      if (next === undefined) {
        if (deletedRows < Math.max(ROWS_TO_FORGET, left / 10)) return false;
        deletedRows = 0;
        left = 0;
        next = -SLICE_WIDTH * (SLICES / 2);
      }
      const from = next;
      next = hashAfter(from, limit);
      const removed = Number(remove.run(from, next ?? SLICE_WIDTH * SLICES).changes);
      if (next !== undefined) left += limit - removed;
      return next !== undefined;
    },
  };
}
