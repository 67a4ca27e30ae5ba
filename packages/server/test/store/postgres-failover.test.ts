// A cluster of two servers, and misconfigured servers.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { createAuthority } from '../../../emulator/src/certificates.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { examinePostgres, openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { contactChange } from './conformance/harness.ts';
import { startPostgres } from './postgres-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { freePort } from '../free-port.ts';

const isGiven = process.env['CHATPUSH_TEST_POSTGRES'] !== undefined;
const skip = isGiven && 'the server given by CHATPUSH_TEST_POSTGRES has no standby';

/** One URL of both, as sockets in folders; the driver knows them by their percent-encoded slash. */
const urlOfBoth = (first: string, second: string): string =>
  `postgres://postgres@${[first, second].map(encodeURIComponent).join(',')}/postgres`;

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

test('a promoted standby is found within 10 seconds, with all that was committed', { skip }, async (t) => {
  const primary = await startPostgres({}, { clockOfMachine: true });
  t.after(() => primary.close());
  const standby = await primary.standby();
  const warnings: string[] = [];
  // The standby is listed first, so it is skipped immediately.
  const store = await openPostgresStore({
    url: urlOfBoth(standby.folder, primary.folder),
    schema: 'failover',
    warn: (sentence) => void warnings.push(sentence),
  });
  t.after(() => store.close());
  assert.deepEqual(
    warnings.filter((warning) => !warning.startsWith('fsync')),
    [],
    'the standby is synchronous',
  );
  const contact = contactChange();
  assert.equal(await store.commit({ contact }), 'committed');

  await primary.pause('immediate');
  await run(standby.url, 'select pg_promote()');
  const promotedAt = performance.now();
  for (;;) {
    try {
      assert.equal(await store.commit({ contact: { ...contact, version: 1 } }), 'committed');
      break;
    } catch (error) {
      assert.ok(error instanceof StoreUnavailableError, String(error));
      assert.ok(performance.now() - promotedAt < 10_000, 'not within 10 seconds');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  assert.equal((await store.contacts([contact]))[0]?.version, 2);
});

test('a standby alone is refused, and asynchronous ones are warned of', { skip }, async (t) => {
  const primary = await startPostgres({}, { clockOfMachine: true });
  t.after(() => primary.close());
  const standby = await primary.standby();
  await assert.rejects(
    openPostgresStore({ url: standby.url }),
    (error) => error instanceof StoreUnavailableError && /read-only: it is a standby/.test(error.message),
  );
  await run(primary.url, "alter system set synchronous_commit = 'local'");
  await run(primary.url, 'select pg_reload_conf()');
  const warning = (await examinePostgres(primary.url)).find((one) => !one.startsWith('fsync'));
  assert.match(String(warning), /synchronous_commit is local.*Set synchronous_commit = on/);
});

test('a database whose encoding is not UTF8 is refused with one sentence', { skip }, async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  await run(
    server.url,
    `create database latin encoding LATIN1 lc_collate 'C' lc_ctype 'C' template template0`,
  );
  await assert.rejects(
    openPostgresStore({ url: server.url.replace('/postgres?', '/latin?') }),
    /encoding LATIN1.*encoding UTF8/,
  );
});

test('several hosts and no synchronous standby: the warning names the setting', { skip }, async (t) => {
  const server = await startPostgres({}, { clockOfMachine: true });
  t.after(() => server.close());
  const warnings = await examinePostgres(urlOfBoth(server.folder, '/nowhere'));
  assert.match(warnings.join('\n'), /synchronous_standby_names = 'ANY 1 \(\*\)'/);
});

test(
  'chatpush doctor says what a database may lose, and fails where it cannot be used',
  { skip },
  async (t) => {
    const server = await startPostgres({}, { clockOfMachine: true });
    t.after(() => server.close());
    const ask = async (store: string): Promise<{ code: number; said: string }> => {
      let said = '';
      const code = await doctor([], { CHATPUSH_STORE: store }, (text) => {
        said += text;
      });
      return { code, said };
    };
    const good = await ask(server.url);
    assert.equal(good.code, 0);
    assert.match(good.said, /PostgreSQL: works, but may lose accepted pushes\n {2}fsync is off/);
    const bad = await ask(server.url.replace('/postgres?', '/nothing?'));
    assert.equal(bad.code, 1);
    assert.match(
      bad.said,
      /PostgreSQL: broken\n {2}The database .*\/nothing cannot be used: there is no such database/,
    );
  },
);

test('faults of TLS name the database and the cure', { skip }, async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const authority = createAuthority(Date.now());
  const { certificate, privateKey } = authority.issueServer(['127.0.0.1']);
  const write = (name: string, contents: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, contents);
    if (process.getuid?.() === 0) chownSync(path, 65_534, 65_534);
    chmodSync(path, 0o600);
    return path;
  };
  chmodSync(folder.path, 0o755);
  const port = await freePort();
  const server = await startPostgres({
    listen_addresses: '127.0.0.1',
    port: String(port),
    ssl: 'on',
    ssl_cert_file: write('server.pem', certificate),
    ssl_key_file: write('server.key', privateKey),
  });
  t.after(() => server.close());
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await assert.rejects(
    openPostgresStore({ url: `${url}?sslmode=require` }),
    new RegExp(`^Error: The database 127\\.0\\.0\\.1:${port}/postgres cannot be used: .*Add sslrootcert=`),
  );
  const trusted = write('authority.pem', authority.certificate);
  await examinePostgres(`${url}?sslmode=verify-full&sslrootcert=${trusted}`);
  await assert.rejects(
    examinePostgres(
      `postgres://postgres@127.0.0.1:${port}/nothing?sslmode=verify-full&sslrootcert=${trusted}`,
    ),
    /127\.0\.0\.1:\d+\/nothing cannot be used: there is no such database/,
  );
});
