// What a key may do: every action × every kind of key × every operation, over HTTP. The expectations are computed here from the
// settings, without the code under test.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACTIONS, APPLICATION_OPERATIONS, OPERATIONS, actionOf } from '@chatpush/wire';
import type { ApplicationOperationName, Operation, OperationName } from '@chatpush/wire';
import { createAccessKeys } from '../../src/auth/access-keys.ts';
import { createParticipantKeys } from '../../src/auth/participant-keys.ts';
import { GOOD_APPLICATION_INPUTS, GOOD_INPUTS, encodeInput } from '../http/inputs.ts';
import { call, startRecordingServer } from '../http/recording-server.ts';
import type { RecordingServer } from '../http/recording-server.ts';

type Name = ApplicationOperationName | OperationName;
const ALL: Readonly<Record<Name, Operation>> = { ...OPERATIONS, ...APPLICATION_OPERATIONS };
const INPUTS: Readonly<Record<Name, object>> = { ...GOOD_INPUTS, ...GOOD_APPLICATION_INPUTS };
const NAMES = Object.keys(ALL) as Name[];
/** The operations without an application: they create one, list those that the key may use, or read an instance. */
const ABOUT_NO_APPLICATION = new Set([
  'CreateApp',
  'GetApps',
  'ListIntegrationAssociations',
  'DeleteIntegrationAssociation',
]);
const APPLICATION = GOOD_INPUTS.CreatePushNotificationRegistration.PinpointAppArn;
const OTHER_APPLICATION = APPLICATION.replace(/a$/, 'b');

interface Kind {
  readonly kind: 'access key' | 'bearer key';
  readonly instances: 'all' | readonly string[];
  /** Absent: what there is by default. */
  readonly actions?: 'all' | readonly string[] | undefined;
  readonly applications: 'all' | readonly string[];
}

const ACTION_LISTS: readonly Kind['actions'][] = [
  ...ACTIONS.map((action) => [action]),
  ['*'],
  ['connect:*'],
  ['mobiletargeting:*'],
  ['chatpush:*'],
  ['connect:Create*'],
  ['chatpush:List*', 'connect:StopContact'],
];

const KINDS: readonly Kind[] = [
  ...(['all', undefined, ...ACTION_LISTS] as const).flatMap((actions) =>
    (['all', ['i-1'], ['i-2'], ['i-2', 'i-1']] as const).map((instances): Kind => ({
      kind: 'access key',
      instances,
      actions,
      applications: 'all',
    })),
  ),
  ...[[APPLICATION], [OTHER_APPLICATION], [OTHER_APPLICATION, APPLICATION]].map((applications): Kind => ({
    kind: 'access key',
    instances: 'all',
    actions: 'all',
    applications,
  })),
  ...ACTION_LISTS.flatMap((actions) =>
    [['i-1'], ['i-2']].map((instances): Kind => ({
      kind: 'bearer key',
      instances,
      actions,
      applications: 'all',
    })),
  ),
];

/**
 * The permission that the refusal names as missing; undefined if the call is allowed. All valid inputs name `i-1` and the first
 * application.
 */
function missingOf(key: Kind, operation: Operation): string | undefined {
  const isOurs = operation.origin === 'chatpush';
  if (key.kind === 'bearer key' && operation.bearer === undefined) return 'does not accept bearer keys';
  const service = operation.path.startsWith('/v1/') ? 'mobiletargeting' : 'connect';
  const action = `${isOurs ? 'chatpush' : service}:${operation.name}`;
  const isAllowed = (name: string) =>
    name.endsWith('*')
      ? action.startsWith(name.slice(0, -1)) && (operation.name !== 'ListNodes' || key.instances === 'all')
      : name === action;
  const setsUpApplications = Object.hasOwn(APPLICATION_OPERATIONS, operation.name);
  // Instances share applications and nodes. Nodes need their action in full, not by a prefix.
  const isShared = setsUpApplications || operation.name === 'ListNodes';
  const isLimitedByDefault = key.actions === undefined && key.instances !== 'all' && isShared;
  const isListed = key.actions === undefined || key.actions === 'all' || key.actions.some(isAllowed);
  if (isLimitedByDefault || !isListed) return `do not allow the ${action} action`;
  const namesInstance =
    operation.path.includes('{InstanceId}') || operation.input.members['InstanceId'] !== undefined;
  if (namesInstance && key.instances !== 'all' && !key.instances.includes('i-1'))
    return 'do not list the instance';
  const usesApplication = setsUpApplications
    ? !ABOUT_NO_APPLICATION.has(operation.name)
    : operation.input.members['PinpointAppArn'] !== undefined;
  if (usesApplication && key.applications !== 'all' && !key.applications.includes(APPLICATION))
    return 'do not list the application';
  return undefined;
}

const idOf = (index: number): string => `KEY${index}`;
const secretOf = (index: number): string => `secret-of-the-key-${index}-0123456789`;
const settingsOf = (kind: Kind['kind']) =>
  KINDS.flatMap((key, index) =>
    key.kind === kind ? [{ ...key, id: idOf(index), secret: secretOf(index) }] : [],
  );

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer({
    accessKey: createAccessKeys(settingsOf('access key')),
    bearerKeys: settingsOf('bearer key').map(({ id, secret, instances: [instance = ''], actions }) => {
      assert.ok(actions !== undefined && actions !== 'all');
      return { id, secret, instance, actions };
    }),
  });
});
after(() => server.close());

async function callWith(index: number, name: Name) {
  const { method, target, body } = encodeInput(ALL[name], INPUTS[name]);
  if (KINDS[index]!.kind === 'access key') {
    const key = { id: idOf(index), secret: secretOf(index) };
    const answer = await call(server, { method, target, body, key, service: ALL[name].service });
    return { status: answer.status, error: answer.headers.get('x-amzn-errortype'), body: answer.body };
  }
  const answer = await fetch(server.url + target, {
    method,
    headers: { authorization: `Bearer ${secretOf(index)}`, 'content-type': 'application/json' },
    ...(body !== '' && { body }),
  });
  return { status: answer.status, error: answer.headers.get('x-amzn-errortype'), body: await answer.text() };
}

for (const [index, key] of KINDS.entries()) {
  const { kind, ...settings } = key;
  test(`${kind} ${JSON.stringify(settings)}, on every operation`, async () => {
    for (const name of NAMES) {
      const missing = missingOf(key, ALL[name]);
      const before = server.recorded.length;
      const { status, error, body } = await callWith(index, name);
      const refused =
        name !== 'CreateIntegrationAssociation' && ALL[name].service
          ? 'ForbiddenException'
          : 'AccessDeniedException';
      assert.equal(error, missing === undefined ? null : refused, body);
      assert.equal(status, missing === undefined ? (ALL[name].status ?? 200) : 403);
      assert.equal(server.recorded.length - before, missing === undefined ? 1 : 0);
      if (missing !== undefined) assert.ok(body.includes(missing), body);
    }
  });
}

test('a refusal is worded like IAM’s, and names the missing permission', async () => {
  const index = KINDS.findIndex(({ applications }) => applications.includes(OTHER_APPLICATION));
  const { body } = await callWith(index, 'CreatePushNotificationRegistration');
  assert.equal(
    (JSON.parse(body) as { Message: string }).Message,
    `User: arn:aws:iam::000000000000:user/${idOf(index)} is not authorized to perform: connect:CreatePushNotificationRegistration on resource: ${APPLICATION} because the settings of this key do not list the application`,
  );
});

test('every operation that a key can call has its own action', () => {
  assert.equal(new Set(ACTIONS).size, NAMES.length);
  assert.equal(actionOf(OPERATIONS.StopContact), 'connect:StopContact');
  assert.equal(actionOf(OPERATIONS.ListDeliveries), 'chatpush:ListDeliveries');
});

test('participant tokens come from a key that may start and join chats, or from two keys that may together', () => {
  const reader = { id: 'R', secret: 'reads', instances: 'all', actions: ['chatpush:*'] } as const;
  const starter = { id: 'S', secret: 'starts', instances: 'all', actions: ['connect:Start*'] } as const;
  const joiner = { id: 'J', secret: 'joins', instances: 'all', actions: ['connect:Create*'] } as const;
  const both = { id: 'B', secret: 'does both', instances: ['i-1'] } as const;
  const of = (...keys: Parameters<typeof createParticipantKeys>[0]) => createParticipantKeys(keys)('i-1');
  assert.equal(of(reader), undefined);
  assert.deepEqual(of(reader, both), of(both));
  assert.deepEqual(of(starter, joiner, both), of(both));
  const together = of(reader, starter, joiner);
  assert.ok(together);
  for (const alone of [of(starter), of(joiner)]) assert.notDeepEqual(alone, together);
});
