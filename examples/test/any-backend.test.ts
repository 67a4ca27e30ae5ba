// The snippets of the guide run as they stand there.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@chatpush/client';
import { readConfig, startService } from 'chatpush';
import type { Service } from 'chatpush';

const run = promisify(execFile);
const PAGE = fileURLToPath(new URL('../../docs/guides/any-backend.md', import.meta.url));
const KEYS = { CRM_KEY: 'k'.repeat(32), READING_KEY: 'r'.repeat(32), BACKEND_SECRET: 'test' };

let folder: string;
let service: Service;
let snippets: (language: string) => string[];
before(async () => {
  const page = await readFile(PAGE, 'utf8');
  snippets = (language) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]!);
  folder = await mkdtemp(join(tmpdir(), 'chatpush-guide-'));
  // The page's own settings, with a second key beside the first and an emulated gateway to see something arrive.
  const settings = JSON.parse(snippets('json')[0]!) as Record<string, unknown[]>;
  settings['bearerKeys']!.push({
    id: 'report',
    secret: { env: 'READING_KEY' },
    instance: 'support',
    right: 'reading',
  });
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify(settings));
  const environment = { CHATPUSH_CONFIG: file, CHATPUSH_PORT: '0', CHATPUSH_AUTO_CREATE: 'all', ...KEYS };
  service = await startService(
    readConfig({ ...environment, CHATPUSH_STORE: `sqlite:${join(folder, 'test.db')}` }),
    { logLevel: 'silent' },
  );
  await createClient({
    region: 'eu-central-1',
    endpoint: service.url,
    credentials: { accessKeyId: 'backend', secretAccessKey: KEYS.BACKEND_SECRET },
  }).createPushNotificationRegistration({
    instanceId: 'support',
    pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    deviceToken: 'phone',
    deviceType: 'GCM',
    contactConfiguration: { contactId: 'chat-1', includeRawMessage: true },
  });
});
after(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const execute = async (command: string, ...argv: string[]): Promise<string> => {
  const env = { ...process.env, ...KEYS, CHATPUSH_URL: service.url };
  return (await run(command, argv, { env })).stdout;
};
const lacks = (command: string): string | false =>
  spawnSync(command, ['--version']).status === 0 ? false : `no ${command} here`;
const arrives = (text: string) => service.emulator!.phone('phone').waitFor({ contains: text });

test('Node.js', async () => {
  const printed = await execute(process.execPath, '--input-type=module', '--eval', snippets('js')[0]!);
  assert.equal(printed, '[{"Id":"node-1","Deliveries":1}]\n');
  await arrives('Hello from Node');
});

test('Python', { skip: lacks('python3') }, async () => {
  const printed = await execute('python3', '-c', snippets('python')[0]!);
  assert.equal(printed, '[{"Id":"python-1","Deliveries":1}]\n');
  await arrives('Hello from Python');
});

test('shell, and afterwards what became of it', { skip: lacks('curl') }, async () => {
  const [put, list] = snippets('sh') as [string, string];
  assert.equal(await execute('sh', '-c', put), '{"Results":[{"Id":"shell-1","Deliveries":1}]}');
  await arrives('Hello from the shell');
  const { Deliveries } = JSON.parse(await execute('sh', '-c', list)) as {
    Deliveries: { MessageId: string }[];
  };
  assert.equal(Deliveries[0]!.MessageId, 'shell-1');
});
