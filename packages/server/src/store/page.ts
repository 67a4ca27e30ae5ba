// Cuts a page. Stores read one row more than its limit, which shows whether there is a next page.
import type { Page, PageRequest, Setting } from './store.ts';

/** How many rows to read. */
export const rowsFor = ({ limit }: PageRequest): number => limit + 1;

/** `rows` may have more than `limit`. `edge` is the next page's token if they do not fill the page, but do not end the list. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit }: PageRequest,
  toItem: (row: Row) => Item,
  tokenAfter: (last: Row) => string,
  edge?: string,
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = rows.length > limit ? kept.at(-1) : undefined;
  const next = last === undefined ? edge : tokenAfter(last);
  return { items: kept.map(toItem), ...(next !== undefined && { next }) };
}

export const settingsPage = (rows: readonly Setting[], page: PageRequest): Page<Setting> =>
  pageOf(
    rows,
    page,
    (setting) => setting,
    ({ id }) => id,
  );
