// Reloading the settings file while the service runs applies all of it or nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClient } from '@chatpush/client';
import { PEM } from '../config/keys.ts';
import { ARN, INSTANCE, KEY, apnsAt, iphone, startPlace } from './place.ts';

const SECOND = { id: 'SECOND', secret: 'the second secret', instances: 'all' };
const CONTACT = { instanceId: INSTANCE, contactId: 'c' };

describe('callers', () => {
  test('an added key works, a removed key does not, and participant tokens stay valid', async (t) => {
    const place = await startPlace(t);
    const chat = {
      instanceId: INSTANCE,
      contactFlowId: 'flow',
      participantDetails: { displayName: 'Jo' },
    };
    const connect = async (token: string) =>
      (
        await fetch(new URL('/participant/connection', place.service.url), {
          method: 'POST',
          headers: { 'x-amz-bearer': token, 'content-type': 'application/json' },
          body: '{"Type":["CONNECTION_CREDENTIALS"]}',
        })
      ).status;
    const { participantToken: before } = await place.client().startChatContact(chat);
    const unknown = { name: 'UnrecognizedClientException' };
    await assert.rejects(place.client(SECOND).startChatContact(chat), unknown);

    place.write(place.settings({ accessKeys: [SECOND, KEY] }));
    assert.deepEqual(await place.service.reload(), ['accessKeys: SECOND added']);
    const { participantToken: between } = await place.client(SECOND).startChatContact(chat);
    await place.client().startChatContact(chat);
    assert.deepEqual([await connect(before), await connect(between)], [200, 200]);

    place.write(place.settings({ accessKeys: [SECOND] }));
    assert.deepEqual(await place.service.reload(), ['accessKeys: FIRST removed']);
    await assert.rejects(place.client().startChatContact(chat), unknown);
    // The holder of the removed key's secret could make such tokens.
    assert.deepEqual([await connect(before), await connect(between)], [403, 200]);
  });

  test('a key can be given a session token, and calls must then carry it', async (t) => {
    const place = await startPlace(t);
    const list = (sessionToken?: string) =>
      createClient({
        region: 'eu-central-1',
        endpoint: place.service.url,
        credentials: {
          accessKeyId: KEY.id,
          secretAccessKey: KEY.secret,
          ...(sessionToken !== undefined && { sessionToken }),
        },
      })
        .listDeliveries({ instanceId: INSTANCE, contactId: 'nobody' })
        .then(
          () => 'none',
          (error: Error) => error.name,
        );
    const [known, refused] = ['ResourceNotFoundException', 'UnrecognizedClientException'];
    assert.deepEqual([await list(), await list('a-token'), await list('another')], [known, refused, refused]);
    place.write(place.settings({ accessKeys: [{ ...KEY, sessionToken: 'a-token' }] }));
    assert.deepEqual(await place.service.reload(), ['accessKeys: FIRST changed']);
    assert.deepEqual([await list(), await list('a-token'), await list('another')], [refused, known, refused]);
  });

  test('bearer keys, trusted proxies, regions, instances and quotas come from the new file', async (t) => {
    const place = await startPlace(t);
    const secret = 'a bearer key of twenty'.replaceAll(' ', '-');
    const put = (headers = {}) =>
      fetch(new URL(`/chat-events/other`, place.service.url), {
        method: 'PUT',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
        body: '{"Events":[{"Id":"1","ContactId":"c","Type":"MESSAGE"}]}',
      }).then(({ status }) => status);
    assert.equal(await put(), 403);
    await place.register('c', iphone('one'));
    await place.register('c', iphone('two'));
    place.write(
      place.settings({
        instances: [INSTANCE, 'other'],
        bearerKeys: [{ id: 'crm', secret, instance: 'other', right: 'intake' }],
        trustedProxies: ['127.0.0.1'],
        registrationsPerContact: 2,
        regions: ['eu-central-1', 'us-east-1'],
        limits: { requestsPerSecond: 1, burst: 2 },
      }),
    );
    assert.deepEqual((await place.service.reload()).toSorted(), [
      'bearerKeys: crm added',
      'instances',
      'limits',
      'regions',
      'registrationsPerContact',
      'trustedProxies',
    ]);
    assert.equal(await put({ 'x-forwarded-proto': 'https' }), 200);
    assert.equal(await put(), 403);
    await assert.rejects(place.register('c', iphone('three')), { name: 'ServiceQuotaExceededException' });
    const client = place.client();
    const calls = Array.from({ length: 4 }, () =>
      fetch(new URL('/chat-events/other', place.service.url), {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'x-forwarded-proto': 'https',
        },
        body: '{"Events":[{"Id":"1","ContactId":"c","Type":"MESSAGE"}]}',
      }).then(({ status }) => status),
    );
    assert.ok((await Promise.all(calls)).includes(429));
    await assert.rejects(client.listDeliveries({ ...CONTACT, contactId: 'nobody' }));
  });
});

describe('channels', () => {
  test('an APNs key replaced on disk under the same id is used from then on', async (t) => {
    const place = await startPlace(t);
    const phone = place.emulator.phone(iphone('a'));
    await place.register('c', iphone('a'));
    await place.say('c', 'by the good key');
    await phone.waitFor({ contains: 'by the good key' });

    place.write(PEM.p8, 'key.p8');
    assert.deepEqual(await place.service.reload(), [`applications: ${ARN} changed`]);
    await place.say('c', 'by a key that Apple does not know');
    await waitFor(async () => {
      const { deliveries } = await place.client().listDeliveries(CONTACT);
      return deliveries[0]!.attempts.some(({ answer }) => answer?.includes('InvalidProviderToken') ?? false);
    });

    place.write(place.emulator.credentials.apns.privateKey, 'key.p8');
    await place.service.reload();
    // The breaker opened by the bad key belongs to the old gateway.
    await phone.waitFor({ contains: 'by a key that Apple does not know' });
    assert.deepEqual(place.emulator.duplicates(), []);
  });

  test('an attempt in flight ends with the old key and is not repeated', async (t) => {
    const place = await startPlace(t);
    await place.register('c', iphone('a'));
    await place.say('c', 'first');
    await place.emulator.phone(iphone('a')).waitFor({ contains: 'first' });
    const { total } = place.emulator.requests;
    place.emulator.faults.set([{ gateway: 'apns', fault: 'slow', delayMs: 1_500, times: 1 }]);
    await place.say('c', 'slow');
    await waitFor(async () => place.emulator.requests.total > total);
    place.write(
      place.settings({
        applications: [{ arn: ARN, channels: { APNS: apnsAt(place.emulator) }, sound: 'ping' }],
      }),
    );
    await place.service.reload();
    await place.say('c', 'after');
    await place.emulator.phone(iphone('a')).waitFor({ contains: 'after' });
    await waitFor(async () => {
      const { deliveries } = await place.client().listDeliveries(CONTACT);
      return deliveries.every(({ status, attemptCount }) => status === 'accepted' && attemptCount === 1);
    });
    const sounds = place.emulator
      .phone(iphone('a'))
      .notifications.map(({ payload }) => (payload as { aps: { sound?: string } }).aps.sound);
    assert.deepEqual(
      sounds.filter((sound) => sound !== undefined),
      ['ping'],
    );
    assert.equal(sounds.length, 3);
  });

  test('the next message uses the texts of the new file', async (t) => {
    const place = await startPlace(t);
    await place.register('c', iphone('a'));
    place.write(
      place.settings({
        applications: [{ arn: ARN, title: 'Example', channels: { APNS: apnsAt(place.emulator) } }],
      }),
    );
    await place.service.reload();
    await place.say('c', 'titled');
    const [notification] = await place.emulator.phone(iphone('a')).waitFor({ contains: 'titled' });
    const { aps } = notification!.payload as { aps: { alert: { title?: string } } };
    assert.equal(aps.alert.title, 'Example');
  });

  test('deliveries for a removed channel wait with that reason, and are sent when the channel is back', async (t) => {
    const place = await startPlace(t);
    await place.register('c', iphone('a'));
    await place.say('c', 'before');
    await place.emulator.phone(iphone('a')).waitFor({ contains: 'before' });
    place.write(place.settings({ applications: [{ arn: ARN, channels: {} }] }));
    await place.service.reload();
    await place.say('c', 'meanwhile');
    await waitFor(async () => {
      const { deliveries } = await place.client().listDeliveries(CONTACT);
      return deliveries[0]!.reason === 'channel-not-configured';
    });
    place.write(place.settings());
    await place.service.reload();
    await place.emulator.phone(iphone('a')).waitFor({ contains: 'meanwhile' });
  });
});

describe('an invalid file changes nothing', () => {
  for (const [what, contents, message] of [
    ['is cut off', '{ "accessKeys": [', /line 1/],
    [
      'has a mistake in its last setting',
      { accessKeys: [SECOND], instances: [INSTANCE], limts: {} },
      /limts/,
    ],
    [
      'asks for an emulator that this process does not have',
      {
        accessKeys: [SECOND],
        instances: [INSTANCE],
        applications: [{ arn: ARN, channels: { GCM: { gateway: 'emulated' } } }],
      },
      /restart the service/,
    ],
  ] as const)
    test(`which ${what}`, async (t) => {
      const place = await startPlace(t);
      await place.register('c', iphone('a'));
      place.write(contents);
      await assert.rejects(place.service.reload(), message);
      await place.say('c', 'as before');
      await place.emulator.phone(iphone('a')).waitFor({ contains: 'as before' });
      await assert.rejects(place.client(SECOND).listDeliveries(CONTACT), {
        name: 'UnrecognizedClientException',
      });
      const line = place.log.find(({ msg }) => String(msg).includes('were not reloaded'));
      assert.match(String(line?.['reason']), message);
      assert.ok(!JSON.stringify(place.log).includes(SECOND.secret));
    });

  test('a missing key file', async (t) => {
    const place = await startPlace(t);
    place.write(
      place.settings({
        accessKeys: [SECOND],
        applications: [
          { arn: ARN, channels: { APNS: { ...apnsAt(place.emulator), privateKey: { file: 'gone.p8' } } } },
        ],
      }),
    );
    await assert.rejects(place.service.reload(), /gone\.p8, which cannot be read/);
    await place.register('c', iphone('a'));
  });

  test('and an equal file is not a change', async (t) => {
    const place = await startPlace(t);
    assert.deepEqual(await place.service.reload(), []);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < until, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
