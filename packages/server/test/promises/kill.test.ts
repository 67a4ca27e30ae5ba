// Ten times `kill -9` under load, on both stores.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startPostgres } from '../store/postgres-server.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { surviveKills } from './kill.ts';
import type { KillReport } from './kill.ts';

function expectNothingLost(report: KillReport, say: (line: string) => void): void {
  const { acknowledged, lost, duplicates } = report;
  say(
    `acknowledged ${acknowledged}, lost ${lost}, raw duplicates APNs ${duplicates.apns}, FCM ${duplicates.fcm}`,
  );
  assert.ok(acknowledged > 100, `${acknowledged} events are too few to show anything`);
  assert.equal(lost, 0);
}

test('ten kills on SQLite: nothing acknowledged is lost, every delivery has one identity', async (context) => {
  using folder = temporaryFolder();
  expectNothingLost(await surviveKills(`sqlite:${join(folder.path, 'kill.db')}`), (line) =>
    context.diagnostic(line),
  );
});

test('ten kills on PostgreSQL: nothing acknowledged is lost, every delivery has one identity', async (context) => {
  const server = await startPostgres();
  try {
    expectNothingLost(await surviveKills(`${server.url}&schema=kill_${process.pid}`), (line) =>
      context.diagnostic(line),
    );
  } finally {
    await server.close();
  }
});
