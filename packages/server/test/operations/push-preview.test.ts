// PreviewPush shows the payloads of real pushes for every content type, and sends nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Input } from '@chatpush/wire';
import { APPLICATION, INSTANCE, create, openService } from './harness.ts';

type Message = Partial<Input<'PreviewPush'>>;

async function preview(message: Message) {
  await using service = await openService();
  const { Previews, Reason } = await service.call('PreviewPush', {
    PinpointAppArn: APPLICATION,
    Type: 'MESSAGE',
    ParticipantRole: 'AGENT',
    ...message,
  });
  return {
    Reason,
    payloads: new Map(Previews.map((one) => [one.DeviceType, JSON.parse(one.Payload) as object])),
  };
}

const LIST_PICKER =
  '{"templateType":"ListPicker","version":"1.0","data":{"content":{"title":"Which order?","elements":[{"title":"1"}]}}}';

describe('PreviewPush', () => {
  const bodies: [Message, string][] = [
    [{ ContentType: 'text/plain', Content: 'Hello 👋' }, 'Hello 👋'],
    [{ ContentType: 'text/markdown', Content: '**Good** [news](https://example.com)' }, 'Good news'],
    [
      { ContentType: 'application/vnd.amazonaws.connect.message.interactive', Content: LIST_PICKER },
      'Which order?',
    ],
    [{ Type: 'ATTACHMENT', ContentType: 'image/png', Content: 'label.png' }, 'sent a file: label.png'],
    [{ ContentType: 'application/json', Content: '{}' }, 'You have a new message'],
    [{ ContentType: 'text/plain', Content: 'Hidden', IncludeRawMessage: false }, 'You have a new message'],
  ];
  for (const [message, body] of bodies)
    test(`shows ${JSON.stringify(body)} for ${JSON.stringify(message)}`, async () => {
      const { Reason, payloads } = await preview({ ...message, ContactId: 'chat' });
      assert.equal(Reason, undefined);
      assert.deepEqual([...payloads.keys()], ['APNS', 'APNS_SANDBOX', 'GCM']);
      const data = {
        initialContactId: 'chat',
        messageId: 'message-id',
        messageType: message.Type ?? 'MESSAGE',
        contentType: message.ContentType,
      };
      const iphone = {
        aps: { alert: { title: '', body }, 'mutable-content': 1, 'content-available': 0 },
        ...data,
      };
      assert.deepEqual(payloads.get('APNS'), iphone);
      assert.deepEqual(payloads.get('APNS_SANDBOX'), iphone);
      assert.deepEqual(payloads.get('GCM'), {
        message: {
          token: 'device-token',
          data: { title: '', body, ...data },
          android: { priority: 'HIGH', ttl: '43200s' },
        },
      });
    });

  test('says why a message would not be pushed', async () => {
    assert.deepEqual(await preview({ ParticipantRole: 'CUSTOMER' }), {
      Reason: 'own-message',
      payloads: new Map(),
    });
    assert.equal((await preview({ MessageVisibility: 'AGENT' })).Reason, 'not-visible-to-customer');
  });

  test('stores and sends nothing', async () => {
    await using service = await openService();
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'chat' }));
    await service.call('PreviewPush', { PinpointAppArn: APPLICATION, Type: 'MESSAGE', ContactId: 'chat' });
    const { Deliveries } = await service.call('ListDeliveries', { InstanceId: INSTANCE, ContactId: 'chat' });
    assert.deepEqual(Deliveries, []);
  });

  test('refuses an application that is not an ARN', async () => {
    await assert.rejects(preview({ PinpointAppArn: 'app' }), { name: 'InvalidParameterException' });
  });
});
