// The text of a message is stored only until its pushes have ended; if a device may not show it, it is not stored at all.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  StartChatContactCommand,
} from '@aws-sdk/client-connect';
import { ConnectParticipantClient } from '@aws-sdk/client-connectparticipant';
import { startEmulator } from '@chatpush/emulator';
import { joinChat } from '../../../../examples/bot/bot.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';

const INSTANCE = 'support';
const TEXT = 'a text like no other';

/** Every value of every table that holds the text. */
function kept(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    return tables.flatMap(({ name }) =>
      database
        .prepare(`select * from "${String(name)}"`)
        .all()
        .filter((row) => Object.values(row).some((value) => String(value).includes(TEXT)))
        .map(() => String(name)),
    );
  } finally {
    database.close();
  }
}

for (const raw of [true, false])
  test(`a device that may ${raw ? '' : 'not '}show it`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'chatpush-text-'));
    const emulator = await startEmulator();
    const path = join(folder, 'test.db');
    const start = () =>
      startService(
        readConfig({
          CHATPUSH_PORT: '0',
          CHATPUSH_STORE: `sqlite:${path}`,
          CHATPUSH_EMULATOR_URL: emulator.url,
        }),
        { logLevel: 'silent' },
      );
    let service = await start();
    t.after(async () => {
      await service.stop();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    });
    const settings = {
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const clients = {
      connect: new ConnectClient(settings),
      participants: new ConnectParticipantClient(settings),
    };
    const { ContactId: contactId } = await clients.connect.send(
      new StartChatContactCommand({
        InstanceId: INSTANCE,
        ContactFlowId: 'support',
        ParticipantDetails: { DisplayName: 'Jo' },
      }),
    );
    await clients.connect.send(
      new CreatePushNotificationRegistrationCommand({
        InstanceId: INSTANCE,
        PinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
        DeviceToken: 'phone',
        DeviceType: 'GCM',
        ContactConfiguration: { ContactId: contactId, IncludeRawMessage: raw },
      }),
    );
    // The gateway fails, so the push is still on its way when the service stops.
    await fetch(new URL('/emulator/faults', emulator.url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ gateway: 'fcm', fault: 'http', status: 503 }]),
    });
    const bot = await joinChat(clients, { instanceId: INSTANCE, contactId: contactId! }, 'Robo');
    await bot.say(TEXT);
    for (const client of Object.values(clients)) client.destroy();
    await service.stop();
    assert.deepEqual(kept(path), raw ? ['delivery'] : []);

    await fetch(new URL('/emulator/faults', emulator.url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '[]',
    });
    service = await start();
    await emulator
      .phone('phone')
      .waitFor({ contains: raw ? TEXT : 'You have a new message', timeoutMs: 60_000 });
    await service.stop();
    assert.deepEqual(kept(path), []);
  });
