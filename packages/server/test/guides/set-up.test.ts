// docs/guides/set-up.md, followed from an empty folder: it ends with pushes on both gateways, which are strict about keys.
//
// Twice: with the application set up by the AWS CLI, and with one of the settings file. The emulator stands in for Apple and
// Google, so the gateways' addresses are added to the settings, and the port is a free one. Everything else is the unchanged
// guide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { atEmulator } from './at-emulator.ts';
import { findPython } from '../aws/python.ts';
import { CURL_SKIP } from './curl.ts';
import { freePort } from '../free-port.ts';
import { guideFolder } from './folder.ts';
import { blocksOf } from './guide.ts';

const IPHONE = 'ab'.repeat(32);
const ANDROID = 'an-android-phone:APA91b';

const python = await findPython();

for (const way of ['cli', 'file'] as const)
  test(
    `the set-up guide leads from an empty folder to pushes on both gateways, by the ${way === 'cli' ? 'AWS CLI' : 'settings file'}`,
    { skip: CURL_SKIP || ('missing' in python && python.missing), timeout: 300_000 },
    async (t) => {
      assert.ok(!('missing' in python));
      const emulator = await startEmulator({
        strict: {
          keys: {
            apns: [{ keyId: 'ABCDE12345', teamId: 'TEAM123456', key: PEM.p8, topics: ['com.example.chat'] }],
            fcm: [{ clientEmail: ACCOUNT.client_email, projectId: ACCOUNT.project_id, key: PEM.rsa }],
          },
          tokens: true,
        },
      });
      t.after(() => emulator.close());
      emulator.install(IPHONE, { deviceType: 'APNS', app: 'com.example.chat' });
      emulator.install(ANDROID, { deviceType: 'GCM', app: ACCOUNT.project_id });

      const port = await freePort();
      const here = (commands: string): string => commands.replaceAll('127.0.0.1:4100', `127.0.0.1:${port}`);
      const folder = guideFolder(
        t,
        {
          CHATPUSH_PORT: String(port),
          NODE_OPTIONS: '--conditions=source',
          IPHONE_TOKEN: IPHONE,
          ANDROID_TOKEN: ANDROID,
          // As in a shell with an AWS session token.
          AWS_SESSION_TOKEN: 'of an SSO session',
        },
        { aws: python.awsCommand },
      );
      // The credentials from Apple and Google.
      folder.write('AuthKey_ABCDE12345.p8', PEM.p8);
      folder.write(
        'firebase-service-account.json',
        JSON.stringify({ ...ACCOUNT, token_uri: emulator.fcm.tokenUrl }),
      );

      const said: string[] = [];
      for (const { language, name, text } of blocksOf('set-up.md')) {
        if (name.startsWith('file') ? way !== 'file' : name === 'cli' && way !== 'cli') continue;
        if (name === 'install') assert.match(text, /^npm install [\w@/ -]+\n$/);
        else if (name === 'service') await folder.start(text.trim());
        else if (language === 'sh') said.push(await folder.run(here(text)));
        else if (name.endsWith('settings.jsonc')) folder.write('settings.jsonc', atEmulator(text, emulator));
        else if (name !== '') folder.write(name, text);
      }

      const all = said.join('');
      assert.match(all, /settings\.jsonc: no mistakes/);
      assert.equal(all.match(/: healthy\n/g)?.length, 3);
      assert.match(all, /in Apple’s place, accepted it[^]*in Google’s place, accepted it/);
      for (const [token, hello] of [
        [IPHONE, 'Hello, iPhone'],
        [ANDROID, 'Hello, Android'],
      ] as const) {
        await emulator.phone(token).waitFor({ contains: hello });
        await emulator.phone(token).waitFor({ contains: 'Your order is on its way' });
        assert.equal(emulator.phone(token).notifications.length, 2);
      }
      const [, push] = emulator.phone(IPHONE).notifications;
      assert.match(JSON.stringify(push), /"sound":"default","thread-id":"chat-1"/);
    },
  );
