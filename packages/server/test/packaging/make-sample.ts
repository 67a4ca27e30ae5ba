// node --conditions=source packages/server/test/packaging/make-sample.ts folder
//
// Writes a data directory of the current version. Run it once for each release that changes the tables or their documents, and
// keep the result, so that every later version is tested to open it (older.test.ts).
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import { backup } from '../../src/cli/backup.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { SAMPLE } from './sample.ts';

const [folder = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const database = join(folder, 'made.db');
// An emulator that has stopped when the messages arrive, so that one delivery waits.
const emulator = await startEmulator();
const environment = {
  CHATPUSH_PORT: '0',
  CHATPUSH_STORE: `sqlite:${database}`,
  CHATPUSH_EMULATOR_URL: emulator.url,
};
const service = await startService(readConfig(environment), { logLevel: 'silent' });
const client = createClient({
  region: 'eu-central-1',
  endpoint: service.url,
  credentials: SAMPLE.credentials,
});
const { instanceId } = SAMPLE;
await client.createPushNotificationRegistration(SAMPLE.registration);
await client.putChatEvents({ instanceId, events: [SAMPLE.sent] });
await emulator.phone(SAMPLE.registration.deviceToken).waitFor({ contains: SAMPLE.sent.content });
emulator.faults.set([{ gateway: 'fcm', fault: 'http', status: 503 }]);
await client.putChatEvents({ instanceId, events: [SAMPLE.waiting] });
await service.stop();
await emulator.close();
process.exitCode = await backup([join(folder, 'chatpush.db')], environment, (text) =>
  process.stdout.write(text),
);
rmSync(database);
