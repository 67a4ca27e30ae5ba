// Amazon's guide, "Enable push notifications for mobile chat", with only the AWS CLI: from an empty store to two lit phones.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPython } from '../aws/python.ts';
import { startProduction } from './production.ts';

const python = await findPython();

test(
  'an application is created, gets its credentials, is associated, and pushes',
  { skip: 'missing' in python && python.missing },
  async () => {
    assert.ok(!('missing' in python));
    await using production = await startProduction();
    const { emulator, folder, variables } = production;
    const aws = async (...words: string[]): Promise<Record<string, never>> => {
      const { code, stdout, stderr } = await python.aws([...words, '--output', 'json'], variables);
      assert.equal(code, 0, `aws ${words.join(' ')}: ${stderr}`);
      return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, never>);
    };
    const { apns, fcm } = emulator.credentials;
    const write = (name: string, value: object): string => {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(value));
      return `file://${path}`;
    };

    const { ApplicationResponse } = await aws(
      'pinpoint',
      'create-app',
      '--create-application-request',
      'Name=Support,tags={team=chat}',
    );
    const { Id, Arn } = ApplicationResponse as unknown as { Id: string; Arn: string };
    await aws(
      'pinpoint',
      'update-apns-channel',
      '--application-id',
      Id,
      '--apns-channel-request',
      write('apns.json', {
        BundleId: apns.topic,
        TeamId: apns.teamId,
        TokenKey: apns.privateKey,
        TokenKeyId: apns.keyId,
        DefaultAuthenticationMethod: 'key',
        Enabled: true,
      }),
    );
    await aws(
      'pinpoint',
      'update-gcm-channel',
      '--application-id',
      Id,
      '--gcm-channel-request',
      write('gcm.json', {
        ServiceJson: JSON.stringify(fcm),
        DefaultAuthenticationMethod: 'TOKEN',
        Enabled: true,
      }),
    );
    await aws(
      'connect',
      'create-integration-association',
      '--instance-id',
      'one',
      '--integration-type',
      'PINPOINT_APP',
      '--integration-arn',
      Arn,
    );

    const tokens = { APNS: 'ab'.repeat(32), GCM: 'an-android-phone' };
    for (const [type, token] of Object.entries(tokens))
      await aws(
        'connect',
        'create-push-notification-registration',
        '--instance-id',
        'one',
        '--pinpoint-app-arn',
        Arn,
        '--device-type',
        type,
        '--device-token',
        token,
        '--contact-configuration',
        'ContactId=a-contact,IncludeRawMessage=true',
      );
    await production.say('one', 'a-contact', 'm1', 'Hello from support');
    for (const token of Object.values(tokens))
      await emulator.phone(token).waitFor({ contains: 'Hello from support' });
  },
);
