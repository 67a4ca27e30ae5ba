// The operations apart from repeats: refusals, lists, stop, and the directory.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readParticipantToken } from '../../src/operations/participant-token.ts';
import { describeNode } from '../../src/operations/nodes.ts';
import { APPLICATION, DAY, INSTANCE, NODE, create, message, openService } from './harness.ts';
import type { AutoCreate } from '../../src/operations/directory.ts';

const CREATE = 'CreatePushNotificationRegistration';
const LIST = 'ListPushNotificationRegistrations';
const DELETE = 'DeletePushNotificationRegistration';
const CONTACT = { InstanceId: INSTANCE, ContactId: 'contact-1' };
const CHAT = { InstanceId: INSTANCE, ContactFlowId: 'flow', ParticipantDetails: { DisplayName: 'Jane' } };

describe('Create', () => {
  test('reports every fault at once: an unsupported role and an invalid ARN', async () => {
    await using service = await openService();
    for (const ParticipantRole of ['AGENT', 'SYSTEM', 'CUSTOM_BOT', 'SUPERVISOR'] as const)
      await assert.rejects(
        service.call(CREATE, {
          ...create({ PinpointAppArn: 'arn:aws:sns:us-east-1:1:topic' }),
          ContactConfiguration: { ContactId: 'contact-1', ParticipantRole },
        }),
        {
          name: 'InvalidParameterException',
          message:
            /^2 validation errors detected: .*'\/PinpointAppArn'.*'\/ContactConfiguration\/ParticipantRole'/,
        },
      );
    await assert.rejects(service.call(LIST, CONTACT), { name: 'ResourceNotFoundException' });
  });

  const arns: [string, boolean][] = [
    [APPLICATION, true],
    ['arn:aws-cn:mobiletargeting:cn-north-1:123456789012:apps/0123456789abcdef0123456789abcdef', true],
    ['arn:aws:mobiletargeting:us-east-1:123456789012:apps/', false],
    ['arn:aws:mobiletargeting:us-east-1:123456789012:apps/a b', false],
    ['arn:aws:mobiletargeting:us-east-1:apps/a', false],
    ['app-1', false],
    [`${APPLICATION}\n`, false],
  ];
  for (const [arn, good] of arns)
    test(`${good ? 'takes' : 'refuses'} ${JSON.stringify(arn)}`, async () => {
      await using service = await openService();
      const call = service.call(CREATE, create({ PinpointAppArn: arn }));
      await (good ? call : assert.rejects(call, { name: 'InvalidParameterException' }));
    });
});

describe('GetRegistration', () => {
  const GET = 'GetRegistration';

  test('finds a registration and its contact by the id alone, and says when it was removed', async () => {
    await using service = await openService();
    const { RegistrationId } = await service.call(CREATE, create({ contactId: 'Grüße 👋' }));
    const { ContactId, Registration, ...rest } = await service.call(GET, {
      InstanceId: INSTANCE,
      RegistrationId,
    });
    assert.equal(ContactId, 'Grüße 👋');
    const listed = await service.call(LIST, { InstanceId: INSTANCE, ContactId });
    assert.deepEqual(Registration, listed.Registrations[0]);
    assert.deepEqual(rest, {});
    await service.call(DELETE, { InstanceId: INSTANCE, ContactId, RegistrationId });
    assert.deepEqual(await service.call(GET, { InstanceId: INSTANCE, RegistrationId }), {
      ContactId,
      RemovedAt: new Date(service.clock.now()).toISOString(),
    });
  });

  test('leads to the initial contact if the device was registered under an alias', async () => {
    await using service = await openService();
    await service.call(CREATE, create({ contactId: 'first' }));
    await service.call('PutChatEvents', {
      InstanceId: INSTANCE,
      Events: [message({ ContactId: 'second', InitialContactId: 'first' })],
    });
    const { RegistrationId } = await service.call(
      CREATE,
      create({ contactId: 'second', DeviceToken: 'device-2' }),
    );
    const found = await service.call(GET, { InstanceId: INSTANCE, RegistrationId });
    assert.equal(found.ContactId, 'first');
    assert.equal(found.Registration?.RegistrationId, RegistrationId);
  });

  test('does not find it in another instance, nor an id that was never issued', async () => {
    await using service = await openService();
    const { RegistrationId } = await service.call(CREATE, create());
    for (const [InstanceId, id] of [
      ['other', RegistrationId],
      [INSTANCE, crypto.randomUUID()],
      [INSTANCE, 'contact-1'],
    ] as const)
      await assert.rejects(service.call(GET, { InstanceId, RegistrationId: id }), {
        name: 'ResourceNotFoundException',
      });
  });
});

describe('ListNodes', () => {
  test('lists the live nodes as they describe themselves', async () => {
    await using service = await openService();
    await service.store.beat('described', 60_000, describeNode({ version: '1.2.3', host: 'a', pid: 7 }));
    const { Nodes } = await service.call('ListNodes', {});
    const at = new Date(service.clock.now()).toISOString();
    assert.deepEqual(Nodes, [
      { NodeId: NODE, Since: at, LastHeartbeat: at },
      { NodeId: 'described', Since: at, LastHeartbeat: at, Version: '1.2.3', Host: 'a', ProcessId: 7 },
    ]);
  });
});

describe('List', () => {
  test('pages through the registrations, oldest first, with abbreviated tokens', async () => {
    await using service = await openService();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const DeviceToken = `${n}-a-device-token-of-some-length`;
      made.push((await service.call(CREATE, create({ DeviceToken }))).RegistrationId);
      service.clock.advance(1);
    }
    const listed: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await service.call(LIST, { ...CONTACT, MaxResults: 2, NextToken });
      for (const one of page.Registrations) {
        listed.push(one.RegistrationId);
        assert.match(one.DeviceToken, /^\d-a-d…ength$/);
        assert.equal(one.Status, 'ACTIVE');
      }
      // Deleting listed registrations must not hide the next ones.
      await service.call(DELETE, { ...CONTACT, RegistrationId: listed.at(-1)! });
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    assert.deepEqual(listed, made);
  });

  test('a token too short to abbreviate is not shown at all', async () => {
    await using service = await openService();
    await service.call(CREATE, create({ DeviceToken: 'abc' }));
    assert.equal((await service.call(LIST, CONTACT)).Registrations[0]?.DeviceToken, '…');
  });

  test('a NextToken of another list, or a made-up one, is refused', async () => {
    await using service = await openService();
    await service.call(CREATE, create());
    for (const Id of ['1', '2', '3'])
      await service.call('PutChatEvents', { InstanceId: INSTANCE, Events: [message({ Id })] });
    const { NextToken, Deliveries } = await service.call('ListDeliveries', { ...CONTACT, MaxResults: 2 });
    assert.deepEqual(
      Deliveries.map((one) => one.MessageId),
      ['3', '2'],
    );
    const rest = await service.call('ListDeliveries', { ...CONTACT, MaxResults: 2, NextToken });
    assert.deepEqual(
      rest.Deliveries.map((one) => one.MessageId),
      ['1'],
    );
    assert.equal(rest.NextToken, undefined);
    await assert.rejects(service.call('ListDeliveries', { InstanceId: INSTANCE, NextToken }), {
      name: 'InvalidParameterException',
    });
    for (const wrong of [NextToken!, 'AAAA', '%'])
      await assert.rejects(service.call(LIST, { ...CONTACT, NextToken: wrong }), {
        name: 'InvalidParameterException',
      });
    // A token of another contact or instance is invalid here too, and a made-up one does not reach the store.
    const madeUp = [Buffer.from('deliveries 1').toString('base64url'), NextToken!.slice(0, -2)];
    for (const input of [
      { ...CONTACT, ContactId: 'another', NextToken },
      { ...CONTACT, InstanceId: 'another', NextToken },
    ])
      await assert.rejects(service.call('ListDeliveries', input), { name: 'InvalidParameterException' });
    for (const token of ['', '%', ...madeUp])
      await assert.rejects(service.call('ListDeliveries', { ...CONTACT, NextToken: token }), {
        name: 'InvalidParameterException',
      });
  });

  test('a NextToken reveals nothing, such as the number of deliveries of all tenants', async () => {
    await using service = await openService();
    await service.call(CREATE, create());
    for (const Id of ['1', '2'])
      await service.call('PutChatEvents', { InstanceId: INSTANCE, Events: [message({ Id })] });
    const tokenOf = async () =>
      (await service.call('ListDeliveries', { ...CONTACT, MaxResults: 1 })).NextToken!;
    const [one, two] = [await tokenOf(), await tokenOf()];
    assert.notEqual(one, two);
    assert.equal(one.length, two.length);
  });
});

describe('Delete', () => {
  test('is known on this node before it answers, is accepted again for a day, then unknown', async () => {
    await using service = await openService();
    const hints: string[] = [];
    const stop = service.store.onHint((kind, id) => kind === 'revoked' && hints.push(id));
    const { RegistrationId } = await service.call(CREATE, create());
    await service.call(DELETE, { ...CONTACT, RegistrationId });
    await service.call(DELETE, { ...CONTACT, RegistrationId });
    assert.deepEqual(service.revoked, [RegistrationId, RegistrationId]);
    service.clock.advance(DAY);
    const late = service.call(DELETE, { ...CONTACT, RegistrationId });
    await assert.rejects(late, { name: 'ResourceNotFoundException' });
    assert.deepEqual(hints, [RegistrationId, RegistrationId]);
    stop();
  });

  test('of an unknown registration or contact is refused, and creates nothing', async () => {
    await using service = await openService();
    await assert.rejects(service.call(DELETE, { ...CONTACT, RegistrationId: 'r' }), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(service.call(LIST, CONTACT), { name: 'ResourceNotFoundException' });
    assert.deepEqual(service.revoked, []);
  });
});

describe('contacts', () => {
  test('a started chat accepts registrations until it is stopped, and stopping it again succeeds', async () => {
    await using service = await openService();
    const { ContactId } = await service.call('StartChatContact', CHAT);
    await service.call(CREATE, create({ contactId: ContactId }));
    await service.call('StopContact', { InstanceId: INSTANCE, ContactId });
    assert.deepEqual(await service.call('StopContact', { InstanceId: INSTANCE, ContactId }), {});
    await assert.rejects(service.call(CREATE, create({ contactId: ContactId, DeviceToken: 'b' })), {
      name: 'ResourceNotFoundException',
      message: /has ended/,
    });
    await assert.rejects(service.call('StopContact', { InstanceId: INSTANCE, ContactId: 'nobody' }), {
      name: 'ResourceNotFoundException',
    });
  });

  test('faults of a chat that its shape cannot describe are reported together', async () => {
    await using service = await openService();
    const wrong = {
      ...CHAT,
      SupportedMessagingContentTypes: ['text/markdown'],
      PersistentChat: {},
      RelatedContactId: 'c',
    };
    await assert.rejects(service.call('StartChatContact', wrong), {
      name: 'InvalidParameterException',
      message: /^2 validation errors/,
    });
  });

  test('unsupported parameters are refused, and no chat is started', async () => {
    await using service = await openService();
    for (const [wrong, message] of [
      [{ ConnectionTypes: ['WEBSOCKET'] as string[] }, /ConnectionTypes'.*call CreateParticipantConnection/],
      [
        { ChatStreamingConfiguration: { StreamingEndpointArn: 'arn:aws:sns:eu-central-1:1:chat' } },
        /ChatStreamingConfiguration'.*does not stream messages out/,
      ],
    ] as const) {
      const ClientToken = JSON.stringify(wrong);
      await assert.rejects(service.call('StartChatContact', { ...CHAT, ...wrong, ClientToken }), {
        name: 'InvalidParameterException',
        message,
      });
      assert.equal(await service.store.claimed(INSTANCE, 'StartChatContact', ClientToken), undefined);
    }
  });

  test('the participant token identifies its holder, fits its limit, and is refused if modified or expired', async () => {
    await using service = await openService();
    const InstanceId = '\u{1F4F1}'.repeat(100);
    const started = await service.call('StartChatContact', { ...CHAT, InstanceId });
    const token = started.ParticipantToken;
    assert.ok(token.length <= 1_000, `${token.length} characters`);
    const keys = () => Buffer.alloc(32, 7);
    assert.deepEqual(readParticipantToken(keys, token, service.clock.now()), {
      instanceId: InstanceId,
      contactId: started.ContactId,
      participantId: started.ParticipantId,
      role: 'CUSTOMER',
      expiresAt: service.clock.now() + 7 * DAY,
    });
    assert.equal(readParticipantToken(keys, token, service.clock.now() + 7 * DAY), undefined);
    assert.equal(
      readParticipantToken(() => Buffer.alloc(32, 8), token, 0),
      undefined,
    );
    const bot = (ContactId: string, DisplayName: string) =>
      service.call('CreateParticipant', {
        InstanceId,
        ContactId,
        ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT', DisplayName },
      });
    for (const name of ['Robo', '\u{1F4F1}'.repeat(128)]) {
      const { ParticipantToken } = (await bot(started.ContactId, name)).ParticipantCredentials;
      assert.ok(ParticipantToken.length <= 1_000, `${ParticipantToken.length} characters`);
      const { displayName = '' } = readParticipantToken(keys, ParticipantToken, service.clock.now())!;
      assert.ok(name.startsWith(displayName) && displayName.length >= 4, displayName);
      assert.ok(displayName.isWellFormed());
    }
    const [payload, proof] = token.split('.') as [string, string];
    const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('CUSTOMER', 'AGENT'));
    for (const bad of [
      '',
      '.',
      payload,
      `${payload}.`,
      `${payload}.AAAA`,
      `${token}.x`,
      `${forged.toString('base64url')}.${proof}`,
    ])
      assert.equal(readParticipantToken(keys, bad, 0), undefined);
  });
});

describe('the directory', () => {
  const cases: [AutoCreate, boolean, boolean][] = [
    ['all', true, true],
    ['contacts', false, true],
    ['none', false, false],
  ];
  for (const [autoCreate, strangers, contacts] of cases) {
    test(`${autoCreate}: unknown instances and applications are ${strangers ? 'created' : 'refused'}`, async () => {
      await using service = await openService({ autoCreate });
      const calls = [
        () => service.call(CREATE, create()),
        async () => {
          await service.store.putSetting('instance', INSTANCE, 0, '{}');
          await service.call(CREATE, create({ PinpointAppArn: `${APPLICATION}-2`, DeviceToken: 'b' }));
        },
        () => service.call('PutChatEvents', { InstanceId: 'instance-2', Events: [message()] }),
      ];
      for (const call of calls)
        await (strangers ? call() : assert.rejects(call, { name: 'ResourceNotFoundException' }));
    });

    test(`${autoCreate}: a registration ${contacts ? 'may' : 'may not'} begin a contact; starting one always may`, async () => {
      await using service = await openService({ autoCreate });
      await service.store.putSetting('instance', INSTANCE, 0, '{}');
      await service.store.putSetting('application', APPLICATION, 0, '{}');
      const call = service.call(CREATE, create());
      await (contacts ? call : assert.rejects(call, { name: 'ResourceNotFoundException' }));
      const { ContactId } = await service.call('StartChatContact', CHAT);
      await service.call(CREATE, create({ contactId: ContactId }));
    });
  }

  test('a removed application is refused after the store’s notification', async () => {
    await using service = await openService({ autoCreate: 'contacts' });
    await service.store.putSetting('instance', INSTANCE, 0, '{}');
    await service.store.putSetting('application', APPLICATION, 0, '{}');
    await service.call(CREATE, create());
    await service.store.putSetting('application', APPLICATION, 1);
    service.store.hint('setting', APPLICATION);
    await assert.rejects(service.call(CREATE, create()), { name: 'ResourceNotFoundException' });
  });
});
