// SendMessages by Amazon's own SDK: a push to device tokens, and each gateway's answer in Pinpoint's terms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BadRequestException,
  CreateAppCommand,
  SendMessagesCommand,
  UpdateApnsChannelCommand,
  UpdateGcmChannelCommand,
} from '@aws-sdk/client-pinpoint';
import type { MessageRequest } from '@aws-sdk/client-pinpoint';
import { startProduction } from './production.ts';
import type { Production } from './production.ts';

const IPHONE = 'cd'.repeat(32);

async function applicationWithChannels({ pinpoint, emulator }: Production): Promise<string> {
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'Support' } }),
  );
  const ApplicationId = ApplicationResponse!.Id!;
  const { apns, fcm } = emulator.credentials;
  await pinpoint.send(
    new UpdateApnsChannelCommand({
      ApplicationId,
      APNSChannelRequest: {
        BundleId: apns.topic,
        TeamId: apns.teamId,
        TokenKey: apns.privateKey,
        TokenKeyId: apns.keyId,
      },
    }),
  );
  await pinpoint.send(
    new UpdateGcmChannelCommand({
      ApplicationId,
      GCMChannelRequest: { ServiceJson: JSON.stringify(fcm), DefaultAuthenticationMethod: 'TOKEN' },
    }),
  );
  return ApplicationId;
}

const sender =
  ({ pinpoint }: Production, ApplicationId: string) =>
  async (MessageRequest: MessageRequest) =>
    (await pinpoint.send(new SendMessagesCommand({ ApplicationId, MessageRequest }))).MessageResponse!;

test('title and body, with substitutions and overrides, reach the phones of both gateways at once', async () => {
  await using production = await startProduction();
  const { emulator } = production;
  const send = sender(production, await applicationWithChannels(production));
  const { Result, RequestId } = await send({
    Addresses: {
      [IPHONE]: { ChannelType: 'APNS', Substitutions: { name: ['Anna'] } },
      android: { ChannelType: 'GCM', TitleOverride: 'Only for Android', Context: { order: '7' } },
    },
    MessageConfiguration: {
      DefaultPushNotificationMessage: {
        Title: 'Hello {{name}}',
        Body: 'Your order is here',
        Action: 'OPEN_APP',
      },
      APNSMessage: { Badge: 3, Sound: 'default', CollapseId: 'orders' },
    },
  });
  assert.deepEqual(
    Object.entries(Result!).map(([token, { DeliveryStatus, StatusCode }]) => [
      token,
      DeliveryStatus,
      StatusCode,
    ]),
    [
      [IPHONE, 'SUCCESSFUL', 200],
      ['android', 'SUCCESSFUL', 200],
    ],
  );
  assert.ok(RequestId);
  const [onIphone] = await emulator.phone(IPHONE).waitFor({ contains: 'Your order is here' });
  const { aps } = onIphone!.payload as unknown as { aps: object };
  assert.deepEqual(aps, {
    alert: { title: 'Hello Anna', body: 'Your order is here' },
    badge: 3,
    sound: 'default',
  });
  assert.equal(onIphone!.headers['apns-collapse-id'], 'orders');
  const [onAndroid] = await emulator.phone('android').waitFor({ contains: 'Your order is here' });
  const { message } = onAndroid!.payload as unknown as { message: { data: Record<string, string> } };
  assert.deepEqual(
    [message.data['pinpoint.notification.title'], message.data['pinpoint.openApp'], message.data['order']],
    ['Only for Android', 'true', '7'],
  );
});

test('raw content reaches the phone unchanged, and a silent push is a background push', async () => {
  await using production = await startProduction();
  const { emulator } = production;
  const send = sender(production, await applicationWithChannels(production));
  await send({
    Addresses: {
      [IPHONE]: {
        ChannelType: 'APNS',
        RawContent: '{"aps":{"alert":"raw one","content-available":0},"mine":1}',
      },
      android: { ChannelType: 'GCM', RawContent: '{"fcmV1Message":{"message":{"data":{"a":"raw two"}}}}' },
    },
    MessageConfiguration: { DefaultMessage: { Body: 'not this' } },
  });
  const [onIphone] = await emulator.phone(IPHONE).waitFor({ contains: 'raw one' });
  assert.equal((onIphone!.payload as unknown as { mine: number }).mine, 1);
  await emulator.phone('android').waitFor({ contains: 'raw two' });

  await send({
    Addresses: { [IPHONE]: { ChannelType: 'APNS' } },
    MessageConfiguration: { APNSMessage: { SilentPush: true, Data: { job: 'refresh' } } },
  });
  const [silent] = await emulator.phone(IPHONE).waitFor({ contains: 'refresh' });
  assert.deepEqual(
    [silent!.headers['apns-push-type'], silent!.headers['apns-priority']],
    ['background', '5'],
  );
});

test('a token that the gateway refuses is a failure inside an answer of 200', async () => {
  await using production = await startProduction();
  const { emulator } = production;
  const ApplicationId = await applicationWithChannels(production);
  const send = sender(production, ApplicationId);
  const statuses = async (ChannelType: 'APNS' | 'APNS_SANDBOX' | 'GCM') => {
    const { Result } = await send({
      Addresses: { [IPHONE]: { ChannelType } },
      MessageConfiguration: { DefaultMessage: { Body: 'text' } },
    });
    const { DeliveryStatus, StatusCode } = Result![IPHONE]!;
    return [DeliveryStatus, StatusCode];
  };
  // Of this phone alone: the service examines new channels in the background, with a token of its own.
  const refuse = (status: number, reason: string): void =>
    emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason, times: 1, deviceToken: IPHONE }]);
  refuse(400, 'BadDeviceToken');
  assert.deepEqual(await statuses('APNS'), ['PERMANENT_FAILURE', 400]);
  refuse(410, 'Unregistered');
  assert.deepEqual(await statuses('APNS'), ['PERMANENT_FAILURE', 410]);
  refuse(429, 'TooManyRequests');
  assert.deepEqual(await statuses('APNS'), ['THROTTLED', 429]);
  refuse(503, 'ServiceUnavailable');
  assert.deepEqual(await statuses('APNS'), ['TEMPORARY_FAILURE', 503]);
  // The channel does not exist.
  assert.deepEqual(await statuses('APNS_SANDBOX'), ['PERMANENT_FAILURE', 400]);
});

test('unsupported features are refused with an explanation', async () => {
  await using production = await startProduction();
  const send = sender(production, await applicationWithChannels(production));
  const text = { DefaultMessage: { Body: 'text' } };
  const cases: [MessageRequest, RegExp][] = [
    [{ Endpoints: { one: {} }, MessageConfiguration: text }, /Addresses/],
    [{ Addresses: { a: { ChannelType: 'SMS' } }, MessageConfiguration: text }, /ChannelType/],
    [
      { Addresses: { a: { ChannelType: 'GCM' } }, MessageConfiguration: { SMSMessage: { Body: 'x' } } },
      /APNs and FCM only/,
    ],
    [{ Addresses: {}, MessageConfiguration: text }, /1 to 100/],
    [
      {
        Addresses: Object.fromEntries(
          Array.from({ length: 101 }, (_, n) => [`t${n}`, { ChannelType: 'GCM' as const }]),
        ),
        MessageConfiguration: text,
      },
      /1 to 100/,
    ],
    [
      { Addresses: { a: { ChannelType: 'GCM', RawContent: '[1' } }, MessageConfiguration: text },
      /RawContent/,
    ],
  ];
  for (const [request, message] of cases)
    await assert.rejects(
      send(request),
      (error) => error instanceof BadRequestException && message.test(error.message),
    );
});
