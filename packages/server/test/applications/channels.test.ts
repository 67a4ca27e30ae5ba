// Channels over the API, by Amazon's own SDK: what they return, what they refuse, and that no credential is ever returned.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BadRequestException,
  CreateAppCommand,
  DeleteApnsChannelCommand,
  DeleteApnsSandboxChannelCommand,
  ForbiddenException,
  GetApnsChannelCommand,
  GetApnsSandboxChannelCommand,
  GetChannelsCommand,
  GetGcmChannelCommand,
  NotFoundException,
  PinpointClient,
  UpdateApnsChannelCommand,
  UpdateApnsSandboxChannelCommand,
  UpdateGcmChannelCommand,
} from '@aws-sdk/client-pinpoint';
import { ACCOUNT, PEM, providerCertificate } from '../config/keys.ts';
import { REGION, TENANT, startProduction } from './production.ts';
import type { Production } from './production.ts';

const TOKEN_KEY = { BundleId: 'com.example.chat', TeamId: 'ABCDE12345', TokenKeyId: 'KEY1234567' };

async function createApp({ pinpoint }: Production, name = 'Support'): Promise<string> {
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: name } }),
  );
  return ApplicationResponse!.Id!;
}

describe('a channel', () => {
  test('shows which credentials it has, but never their values', async () => {
    await using production = await startProduction();
    const { pinpoint } = production;
    const ApplicationId = await createApp(production);
    const { APNSChannelResponse: made } = await pinpoint.send(
      new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest: { ...TOKEN_KEY, TokenKey: PEM.p8 } }),
    );
    assert.deepEqual(
      [made?.Enabled, made?.HasTokenKey, made?.HasCredential, made?.Platform, made?.Version, made?.Id],
      [true, true, true, 'APNS', 1, 'apns'],
    );
    assert.equal(made?.DefaultAuthenticationMethod, 'KEY');
    assert.equal(made?.LastModifiedBy, 'OPERATOR');

    const certificate = await providerCertificate();
    const { APNSSandboxChannelResponse: sandbox } = await pinpoint.send(
      new UpdateApnsSandboxChannelCommand({
        ApplicationId,
        APNSSandboxChannelRequest: {
          BundleId: 'com.example.chat',
          Certificate: certificate.certificate,
          PrivateKey: certificate.privateKey,
          DefaultAuthenticationMethod: 'certificate',
        },
      }),
    );
    assert.deepEqual(
      [sandbox?.HasTokenKey, sandbox?.HasCredential, sandbox?.DefaultAuthenticationMethod, sandbox?.Platform],
      [false, true, 'CERTIFICATE', 'APNS_SANDBOX'],
    );

    const ServiceJson = JSON.stringify(ACCOUNT);
    const { GCMChannelResponse: gcm } = await pinpoint.send(
      new UpdateGcmChannelCommand({
        ApplicationId,
        GCMChannelRequest: { ServiceJson, DefaultAuthenticationMethod: 'TOKEN' },
      }),
    );
    assert.deepEqual(
      [gcm?.HasFcmServiceCredentials, gcm?.HasCredential, gcm?.Credential, gcm?.Platform],
      [true, true, undefined, 'GCM'],
    );

    const answers = [
      await pinpoint.send(new GetApnsChannelCommand({ ApplicationId })),
      await pinpoint.send(new GetApnsSandboxChannelCommand({ ApplicationId })),
      await pinpoint.send(new GetGcmChannelCommand({ ApplicationId })),
      await pinpoint.send(new GetChannelsCommand({ ApplicationId })),
    ];
    assert.deepEqual(
      Object.keys((answers[3] as { ChannelsResponse: { Channels: object } }).ChannelsResponse.Channels),
      ['APNS', 'APNS_SANDBOX', 'GCM'],
    );
    const { APNSSandboxChannelResponse: gone } = await pinpoint.send(
      new DeleteApnsSandboxChannelCommand({ ApplicationId }),
    );
    assert.deepEqual([gone?.Enabled, gone?.HasCredential, gone?.Platform], [false, false, 'APNS_SANDBOX']);
    await assert.rejects(
      pinpoint.send(new GetApnsSandboxChannelCommand({ ApplicationId })),
      NotFoundException,
    );
    const said = JSON.stringify(answers) + production.logged.join('');
    for (const secret of [PEM.p8, certificate.privateKey, ACCOUNT.private_key])
      assert.ok(!said.includes(secret.split('\n')[1]!), 'a credential came back');
  });

  test('keeps its credential if a call contains none, and counts its versions', async () => {
    await using production = await startProduction();
    const { pinpoint } = production;
    const ApplicationId = await createApp(production);
    const update = (APNSChannelRequest: object) =>
      pinpoint.send(new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest }));
    await update({ ...TOKEN_KEY, TokenKey: PEM.p8 });
    const { APNSChannelResponse: off } = await update({ Enabled: false });
    assert.deepEqual([off?.Enabled, off?.HasTokenKey, off?.Version], [false, true, 2]);
    const { APNSChannelResponse: on } = await update({ Enabled: true });
    assert.deepEqual([on?.Enabled, on?.HasTokenKey, on?.Version], [true, true, 3]);
    const { APNSChannelResponse: gone } = await pinpoint.send(
      new DeleteApnsChannelCommand({ ApplicationId }),
    );
    assert.deepEqual([gone?.Enabled, gone?.HasCredential], [false, false]);
    await assert.rejects(pinpoint.send(new GetApnsChannelCommand({ ApplicationId })), NotFoundException);
    await assert.rejects(pinpoint.send(new DeleteApnsChannelCommand({ ApplicationId })), NotFoundException);
  });

  const refusals: [string, object, RegExp][] = [
    ['a key that is cut off', { ...TOKEN_KEY, TokenKey: PEM.p8.slice(0, 100) }, /TokenKey is cut off/],
    ['an RSA key', { ...TOKEN_KEY, TokenKey: PEM.rsa }, /TokenKey holds an RSA key, and APNs needs P-256/],
    ['a key on another curve', { ...TOKEN_KEY, TokenKey: PEM.p384 }, /P-256/],
    ['a public key', { ...TOKEN_KEY, TokenKey: PEM.publicOfP8 }, /public key/],
    [
      'a short key id',
      { ...TOKEN_KEY, TokenKeyId: 'SHORT', TokenKey: PEM.p8 },
      /TokenKeyId has 5 characters/,
    ],
    ['a long team id', { ...TOKEN_KEY, TeamId: 'ABCDE123456', TokenKey: PEM.p8 }, /TeamId has 11 characters/],
    [
      'no bundle id',
      { TeamId: 'ABCDE12345', TokenKeyId: 'KEY1234567', TokenKey: PEM.p8 },
      /BundleId missing/,
    ],
    ['a bundle id with a space', { ...TOKEN_KEY, BundleId: 'my app', TokenKey: PEM.p8 }, /BundleId is not/],
    ['a certificate without its key', { BundleId: 'a.b', Certificate: 'x' }, /PrivateKey missing/],
    ['nothing at all', {}, /no credential yet/],
    [
      'an unknown method',
      { ...TOKEN_KEY, TokenKey: PEM.p8, DefaultAuthenticationMethod: 'magic' },
      /"key" or "certificate"/,
    ],
  ];
  const accounts: [string, object, RegExp][] = [
    ['the settings of the app', { project_info: {} }, /google-services.json/],
    ['an account without a field', { ...ACCOUNT, client_email: undefined }, /lacks client_email/],
    ['an account with an EC key', { ...ACCOUNT, private_key: PEM.p8 }, /not RSA/],
  ];
  test('refuses credentials that cannot push, says why, and changes nothing', async () => {
    await using production = await startProduction();
    const { pinpoint } = production;
    const ApplicationId = await createApp(production);
    for (const [what, APNSChannelRequest, message] of refusals)
      await assert.rejects(
        pinpoint.send(new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest })),
        (error) =>
          error instanceof BadRequestException && message.test(error.message) && Boolean(error.RequestID),
        what,
      );
    for (const [what, account, message] of accounts)
      await assert.rejects(
        pinpoint.send(
          new UpdateGcmChannelCommand({
            ApplicationId,
            GCMChannelRequest: { ServiceJson: JSON.stringify(account), DefaultAuthenticationMethod: 'TOKEN' },
          }),
        ),
        (error) => error instanceof BadRequestException && message.test(error.message),
        what,
      );
    await assert.rejects(
      pinpoint.send(new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: { ApiKey: 'legacy' } })),
      (error) => error instanceof BadRequestException && /switched off/.test(error.message),
    );
    const { ChannelsResponse } = await pinpoint.send(new GetChannelsCommand({ ApplicationId }));
    assert.deepEqual(ChannelsResponse?.Channels, {});
  });

  test('is not stored without an encryption key, and the error says how to set one', async () => {
    await using production = await startProduction({ secretKey: undefined });
    const ApplicationId = await createApp(production);
    await assert.rejects(
      production.pinpoint.send(
        new UpdateApnsChannelCommand({
          ApplicationId,
          APNSChannelRequest: { ...TOKEN_KEY, TokenKey: PEM.p8 },
        }),
      ),
      (error) =>
        error instanceof BadRequestException &&
        /CHATPUSH_SECRET_KEY/.test(error.message) &&
        /openssl rand -base64 32/.test(error.message),
    );
  });

  test('is not available to keys that are limited to instances', async () => {
    await using production = await startProduction();
    const ApplicationId = await createApp(production);
    const tenant = new PinpointClient({
      region: REGION,
      endpoint: production.service.url,
      credentials: TENANT,
      maxAttempts: 1,
    });
    try {
      for (const command of [
        new CreateAppCommand({ CreateApplicationRequest: { Name: 'Mine' } }),
        new GetApnsChannelCommand({ ApplicationId }),
        new UpdateApnsChannelCommand({
          ApplicationId,
          APNSChannelRequest: { ...TOKEN_KEY, TokenKey: PEM.p8 },
        }),
      ])
        await assert.rejects(
          tenant.send(command as GetApnsChannelCommand),
          (error) => error instanceof ForbiddenException && /mobiletargeting:/.test(error.message),
        );
    } finally {
      tenant.destroy();
    }
  });
});
