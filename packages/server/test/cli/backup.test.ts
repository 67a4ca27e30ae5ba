// Backup of the store while the service runs, and restore.
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { backup } from '../../src/cli/backup.ts';
import { restore } from '../../src/cli/restore.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { commandSocketOf } from '../../src/cli/command-socket.ts';

const INSTANCE = 'support';
const APP = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

interface Place {
  readonly environment: Record<string, string>;
  readonly database: string;
  path(name: string): string;
  start(): Promise<{ service: Service; client: ChatpushClient }>;
  back(file: string): Promise<{ code: number; said: string }>;
  restore(file: string): { code: number; said: string };
}

function place(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'chatpush-backup-'));
  const running: Service[] = [];
  t.after(async () => {
    for (const service of running) await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const path = (name: string): string => join(folder, name);
  const database = path('chatpush.db');
  const environment = { CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${database}` };
  return {
    environment,
    database,
    path,
    async start() {
      const service = await startService(readConfig(environment), { logLevel: 'silent' });
      running.push(service);
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      return {
        service,
        client: createClient({ region: 'eu-central-1', endpoint: service.url, credentials }),
      };
    },
    async back(file) {
      let said = '';
      return { code: await backup([file], environment, (text) => (said += text)), said };
    },
    restore(file) {
      let said = '';
      return { code: restore([file], environment, (text) => (said += text)), said };
    },
  };
}

const register = (client: ChatpushClient, contactId: string) =>
  client.createPushNotificationRegistration({
    instanceId: INSTANCE,
    pinpointAppArn: APP,
    deviceType: 'GCM',
    deviceToken: `token-of-${contactId}`,
    contactConfiguration: { contactId },
  });

const isThere = async (client: ChatpushClient, contactId: string): Promise<boolean> =>
  (
    await client
      .listPushNotificationRegistrations({ instanceId: INSTANCE, contactId })
      .catch(() => ({ registrations: [] }))
  ).registrations.length === 1;

describe('chatpush backup', { skip: process.platform === 'win32' && 'needs Unix sockets' }, () => {
  test('contains everything acknowledged before it, while registrations continue, and restores it', async (t) => {
    const here = place(t);
    const { service, client } = await here.start();
    await Promise.all(Array.from({ length: 300 }, (_, n) => register(client, `before-${n}`)));
    const copied = new AbortController();
    let during = 0;
    const more = (async () => {
      while (!copied.signal.aborted) await register(client, `during-${during++}`);
    })();
    const { code, said } = await here.back(here.path('copy.db'));
    copied.abort();
    await more;
    assert.equal(code, 0, said);
    assert.ok(during > 1, 'nothing was registered meanwhile');
    assert.equal(statSync(here.path('copy.db')).mode & 0o777, 0o600);
    await register(client, 'after');
    await service.stop();

    assert.equal(here.restore(here.path('copy.db')).code, 0);
    const again = await here.start();
    for (let n = 0; n < 300; n += 7) assert.ok(await isThere(again.client, `before-${n}`), `before-${n}`);
    assert.equal(await isThere(again.client, 'after'), false);
    // The previous file is kept, and nothing else is left over.
    await again.service.stop();
    assert.deepEqual(readdirSync(here.path('.')).sort(), [
      'chatpush.db',
      'chatpush.db.before-restore',
      'copy.db',
    ]);
  });

  test('copies a store that no process has open', async (t) => {
    const here = place(t);
    const { service, client } = await here.start();
    await register(client, 'a');
    await service.stop();
    assert.equal((await here.back(here.path('copy.db'))).code, 0);
    rmSync(here.database);
    assert.equal(here.restore(here.path('copy.db')).code, 0);
    assert.ok(await isThere((await here.start()).client, 'a'));
  });

  test('never replaces a file, and reports a missing one', async (t) => {
    const here = place(t);
    assert.match((await here.back(here.path('copy.db'))).said, /There is no database/);
    await here.start();
    writeFileSync(here.path('copy.db'), 'mine');
    assert.match((await here.back(here.path('copy.db'))).said, /exists already/);
    assert.match((await here.back(here.path('nowhere/copy.db'))).said, /No copy was made: ENOENT/);
    assert.deepEqual(
      readdirSync(here.path('.')).filter((name) => /part|\.copy/.test(name)),
      [],
    );
  });

  test('opens its socket only to the owner of the database', async (t) => {
    const here = place(t);
    await here.start();
    assert.equal(statSync(`${here.database}.socket`).mode & 0o777, 0o600);
  });

  test('makes one copy at a time, and gives up when the service stops', async (t) => {
    const here = place(t);
    const { service, client } = await here.start();
    await Promise.all(Array.from({ length: 200 }, (_, n) => register(client, `c${n}`)));
    const [one, other] = await Promise.all([
      here.back(here.path('one.db')),
      here.back(here.path('other.db')),
    ]);
    assert.deepEqual(
      [one.code, other.code].toSorted((a, b) => a - b),
      [0, 1],
    );
    assert.match(one.said + other.said, /another copy is already being made/);
    // The answer stays unread, so that the copy is in progress when the service stops.
    const socketPath = commandSocketOf({ store: { kind: 'sqlite', path: here.database }, port: 0 });
    const asked = request({ socketPath: socketPath!, path: '/copy' }).end();
    asked.on('error', () => {});
    await service.stop();
    asked.destroy();
    assert.equal(existsSync(`${here.database}.copy`), false);
  });
});

describe('chatpush restore', { skip: process.platform === 'win32' && 'needs Unix sockets' }, () => {
  test('refuses while a service has the store open, and changes nothing', async (t) => {
    const here = place(t);
    const { client } = await here.start();
    await register(client, 'a');
    assert.equal((await here.back(here.path('copy.db'))).code, 0);
    await register(client, 'b');
    const { code, said } = here.restore(here.path('copy.db'));
    assert.equal(code, 1);
    assert.match(said, /in use by another process/);
    assert.ok(await isThere(client, 'b'));
  });

  test('refuses a damaged or truncated file, and one of another program or a newer version', async (t) => {
    const here = place(t);
    const { service, client } = await here.start();
    await Promise.all(Array.from({ length: 50 }, (_, n) => register(client, `c${n}`)));
    assert.equal((await here.back(here.path('copy.db'))).code, 0);
    await service.stop();
    const spoilt = (name: string, spoil: (path: string) => void): string => {
      copyFileSync(here.path('copy.db'), here.path(name));
      spoil(here.path(name));
      return here.path(name);
    };
    const sql = (statement: string) => (path: string) => {
      const database = new DatabaseSync(path);
      database.exec(statement);
      database.close();
    };
    const cases: [string, RegExp][] = [
      [
        spoilt('cut.db', (path) => writeFileSync(path, Buffer.alloc(5000, 7))),
        /cut\.db is not a chatpush database: use a copy/,
      ],
      [
        spoilt('text.db', (path) => writeFileSync(path, 'hello '.repeat(1000))),
        /text\.db is not a chatpush database: use a copy/,
      ],
      [spoilt('newer.db', sql('pragma user_version = 9999')), /newer chatpush/],
      [spoilt('other.db', (path) => writeFileSync(path, '')), /not a chatpush database/],
      [here.path('missing.db'), /there is no/],
    ];
    for (const [file, expected] of cases) {
      const { code, said } = here.restore(file);
      assert.equal(code, 1, file);
      assert.match(said, expected);
    }
    assert.ok(await isThere((await here.start()).client, 'c7'));
  });

  test('leaves a file alone that is not a store, even if the settings name it', async (t) => {
    const here = place(t);
    const { service } = await here.start();
    assert.equal((await here.back(here.path('copy.db'))).code, 0);
    await service.stop();
    const notes = 'These are no tables. '.repeat(500);
    writeFileSync(here.path('chatpush.db'), notes);
    const { code, said } = here.restore(here.path('copy.db'));
    assert.equal(code, 1);
    assert.match(said, /chatpush\.db is not a SQLite database: .* CHATPUSH_STORE=sqlite:path/);
    assert.equal(readFileSync(here.path('chatpush.db'), 'utf8'), notes);
  });
});
