// Inserting many rows at a time. In statements of 20 rows, a row of `delivery` takes 3.3 µs instead of 4.9, and one of an index
// 0.8 instead of 1.1: binding, running and resetting a statement costs almost as much as a small row.
import type { DatabaseSync } from 'node:sqlite';
import type { Flat } from './flat.ts';

const ROWS_AT_ONCE = 20;

/** Takes the values of all rows, one row after another, and returns the rowid of the last one. */
export type InsertRows = (values: Flat) => number;

/** `row`: the values of one row in SQL, with a `?` for each that is given. */
export function prepareInsert(
  database: DatabaseSync,
  table: string,
  columns: string,
  row: string,
): InsertRows {
  const prepare = (rows: number) =>
    database.prepare(`insert into ${table} (${columns}) values ${Array(rows).fill(row).join(', ')}`);
  const many = prepare(ROWS_AT_ONCE);
  const one = prepare(1);
  const width = row.split('?').length - 1;

  return (values) => {
    let last: number | bigint = 0;
    let at = 0;
    for (; at + width * ROWS_AT_ONCE <= values.length; at += width * ROWS_AT_ONCE)
      last = many.run(...values.slice(at, at + width * ROWS_AT_ONCE)).lastInsertRowid;
    for (; at < values.length; at += width) last = one.run(...values.slice(at, at + width)).lastInsertRowid;
    return Number(last);
  };
}
