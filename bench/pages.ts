// npm run bench -- pages [--store sqlite|postgres] [--count 1000000] [--json file]
//
// Pages of an instance's deliveries in a large log: the newest pages, deep pages, narrow filters, and counts per minute. Every
// thousandth delivery is undelivered. The store's methods are measured, compared with a page of a contact's log, which has ten
// rows.
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { openPostgresStore } from '../packages/server/src/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite/sqlite-store.ts';
import type { DeliveryFilter, Store } from '../packages/server/src/store/store.ts';
import { readOptions } from './options.ts';
import { openReport } from './report.ts';
import { percentile } from './service.ts';
import { openStore } from './stores.ts';
import type { StoreName } from './stores.ts';

const PAGE = 50;
const ROUNDS = 300;
const INSTANCE = 'instance';
const LANE = 'GCM arn:aws:mobiletargeting:us-east-1:000000000000:apps/a instance';
const MINUTE_MS = 60_000;

/** The columns of row n: ten rows per millisecond, a tenth of them of another instance. */
const COLUMNS = (n: string, text: (number: string) => string, end: number): string =>
  `${text(n)}, '2026-11-29', case when ${n} % 10 = 0 then 'other' else '${INSTANCE}' end, ${text(`${n} / 10`)}, ${text(n)},
   'r', 1, case when ${n} % 1000 = 1 then 'expired' else 'accepted' end, 0, ${end} + ${n} / 10, ${end} + ${n} / 10,
   '[]', 1`;
const NAMES = `id, day, instance_id, contact_id, message_id, registration_id, lane, status, owner, expires_at, enqueued_at,
   attempts, attempt_count`;

const pathOf = (url: string): string => url.replace(/^sqlite:/, '');

function seedSqlite(url: string, count: number, from: number): void {
  const database = new DatabaseSync(pathOf(url));
  database.exec(`insert into lane (name) values ('${LANE}')`);
  database.exec(
    `with recursive row (n) as (select 1 union all select n + 1 from row where n < ${count})
     insert into delivery (${NAMES}, is_undelivered)
     select ${COLUMNS('n', (n) => `'d' || (${n})`, from)}, case when n % 1000 = 1 then 1 end from row`,
  );
  database.close();
}

async function seedPostgres(url: string, count: number, from: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`insert into chatpush.lane (name) values ('${LANE}')`);
  await client.query(
    `create table if not exists chatpush.delivery_20261129 partition of chatpush.delivery for values in ('2026-11-29')`,
  );
  await client.query(
    `insert into chatpush.delivery (${NAMES}, is_undelivered)
     select ${COLUMNS('n', (n) => `'d' || (${n})`, from)}, case when n % 1000 = 1 then true end
     from generate_series(1::bigint, ${count}) as row (n)`,
  );
  await client.query('vacuum analyze chatpush.delivery_20261129');
  await client.end();
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres'], count: 1_000_000 });
  const report = openReport('pages', options);
  const place = await openStore(options.store as StoreName);
  const from = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - options.count / 10;
  const start = (): Promise<Store> =>
    options.store === 'sqlite'
      ? openSqliteStore({ path: pathOf(place.url) })
      : openPostgresStore({ url: place.url });
  try {
    await (await start()).close();
    if (options.store === 'sqlite') seedSqlite(place.url, options.count, from);
    else await seedPostgres(place.url, options.count, from);
    const store = await start();
    const measure = async (name: string, once: (round: number) => Promise<unknown>): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const begun = performance.now();
        await once(round);
        times.push(performance.now() - begun);
      }
      const p99 = percentile(times, 0.99);
      console.log(`${name}: p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
      report.figure(name, { p50Ms: percentile(times, 0.5), p99Ms: p99 });
      return p99;
    };
    const pages = (filter: Partial<DeliveryFilter>) => {
      let next: string | undefined;
      return async (): Promise<void> => {
        ({ next } = await store.instanceDeliveries(
          { instanceId: INSTANCE, ...filter },
          { limit: PAGE, next },
        ));
      };
    };
    await measure('a page of a contact', (round) =>
      store.deliveries({ instanceId: INSTANCE, contactId: `d${round}` }, { limit: PAGE }),
    );
    const worst = Math.max(
      await measure('page after page', pages({})),
      await measure('deep pages', (round) =>
        store.instanceDeliveries(
          { instanceId: INSTANCE },
          { limit: PAGE, next: `${from + Math.floor((round * options.count) / 10 / ROUNDS)} 0` },
        ),
      ),
      await measure('undelivered', pages({ status: 'undelivered' })),
      await measure('a reason without matches', pages({ reason: 'none' })),
      await measure('a lane without matches', pages({ lanes: ['APNS '] })),
      await measure('a minute', (round) =>
        store.instanceDeliveries(
          { instanceId: INSTANCE, from: from + round, to: from + round + MINUTE_MS },
          { limit: PAGE },
        ),
      ),
    );
    const minute = Math.floor(from / MINUTE_MS);
    await measure('counts of five minutes', () =>
      store.deliveryCounts(INSTANCE, 'started', minute, minute + 5),
    );
    report.atMost(`slowest p99 of a page of ${PAGE}, ms`, worst, 50);
    await store.close();
    await report.save();
  } finally {
    await place.close();
  }
}
