// An emulator in another process may start after the service, stop, and restart with other ports: pushes wait and then arrive.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ConnectClient, CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { createClient } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { freePort } from '../free-port.ts';

const EMULATOR = fileURLToPath(new URL('../../../emulator/src/main.ts', import.meta.url));
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const TOKEN = 'an-android-phone';
const APNS_TOKEN = 'ab'.repeat(32);

/** Resolves when it listens. Its gateways use different free ports each time. */
async function startEmulatorProcess(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--conditions=source', EMULATOR, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** The texts that a phone of an emulator got, once it has `count` of them. */
async function bodies(url: string, token: string, count: number): Promise<string[]> {
  for (;;) {
    const phone = (await (await fetch(`${url}/emulator/phones/${token}`)).json()) as {
      shown?: { body?: string }[];
    };
    const shown = (phone.shown ?? []).map(({ body }) => body ?? '');
    if (shown.length >= count) return shown;
    await sleep(50);
  }
}

test(
  'pushes wait for an emulator that starts later, stops, and comes back at other ports',
  { timeout: 60_000 },
  async (t) => {
    using folder = temporaryFolder();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const lines: { msg: string; emulator?: string; reason?: string }[] = [];
    const told = (msg: RegExp): number => lines.filter((line) => msg.test(line.msg)).length;
    const service = await startService(
      readConfig({
        CHATPUSH_PORT: '0',
        CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
        CHATPUSH_EMULATOR_URL: url,
      }),
      { logStream: { write: (line) => void lines.push(JSON.parse(line) as never) } },
    );
    t.after(() => service.stop());
    const checks = async (): Promise<{ ready: boolean; checks: Record<string, string> }> =>
      (await (await fetch(`${service.url}/readyz`)).json()) as never;

    const sdk = new ConnectClient({ region: 'us-east-1', endpoint: service.url, credentials: CREDENTIALS });
    t.after(() => sdk.destroy());
    for (const [DeviceType, DeviceToken] of [
      ['GCM', TOKEN],
      ['APNS', APNS_TOKEN],
    ] as const)
      await sdk.send(
        new CreatePushNotificationRegistrationCommand({
          InstanceId: 'support',
          PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
          DeviceToken,
          DeviceType,
          ContactConfiguration: { ContactId: 'c', IncludeRawMessage: true },
        }),
      );
    const client = createClient({ region: 'us-east-1', endpoint: service.url, credentials: CREDENTIALS });
    const say = (id: string): Promise<unknown> =>
      client.putChatEvents({
        instanceId: 'support',
        events: [{ id, contactId: 'c', type: 'MESSAGE', content: id, participantRole: 'AGENT' }],
      });

    // Before it starts: the service has started, accepts messages, and says what it waits for.
    assert.match(service.greeting, /No emulator answers at .*chatpush emulator/);
    await say('first');
    const before = await checks();
    assert.equal(before.ready, true);
    assert.match(before.checks['emulator'] ?? '', /^waits\. No emulator answers at http:\/\/127\.0\.0\.1:/);
    await sleep(1_500);
    assert.equal(told(/^waiting for the emulator/), 1, 'once, however often it was asked');
    assert.equal(lines.find(({ msg }) => msg.startsWith('waiting'))?.emulator, url);

    let emulator = await startEmulatorProcess(port);
    t.after(() => emulator.exitCode === null && emulator.signalCode === null && emulator.kill('SIGKILL'));
    for (const token of [TOKEN, APNS_TOKEN]) assert.deepEqual(await bodies(url, token, 1), ['first']);
    assert.equal((await checks()).checks['emulator'], undefined);
    assert.equal(told(/^the emulator answers/), 1);

    // It stops, a message arrives meanwhile, and it restarts with other ports, another CA and other credentials.
    await end(emulator, 'SIGTERM');
    await say('second');
    while (told(/^waiting for the emulator/) < 2) await sleep(20);
    emulator = await startEmulatorProcess(port);
    for (const token of [TOKEN, APNS_TOKEN]) assert.deepEqual(await bodies(url, token, 1), ['second']);

    // It restarts before anything was sent: the next message notices.
    await end(emulator, 'SIGKILL');
    emulator = await startEmulatorProcess(port);
    await say('third');
    for (const token of [TOKEN, APNS_TOKEN]) assert.deepEqual(await bodies(url, token, 1), ['third']);
    await end(emulator, 'SIGTERM');
  },
);
