// Settings for callers without an AWS SDK and for Amazon's stream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCESS_KEY, ARN, LEAST, configOf, mistakesOf, settingsFolder } from './settings-folder.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:chat';
const WITHOUT_RIGHT = { id: 'crm', secret: 'x'.repeat(20), instance: 'support' };
const KEY = { ...WITHOUT_RIGHT, right: 'intake' };

test('topics, bearer keys and proxies are read as written; a secret is wrapped', (t) => {
  const config = configOf(
    settingsFolder(t).settings({
      ...LEAST,
      instances: ['support', 'sales'],
      sources: { sns: [{ topicArn: TOPIC, instances: ['support', 'sales'] }] },
      bearerKeys: [KEY],
      trustedProxies: ['10.0.0.5', '10.1.0.0/16', '::1', 'fd00::/8'],
    }),
  );
  assert.deepEqual(config.sources, { sns: [{ topicArn: TOPIC, instances: ['support', 'sales'] }] });
  assert.deepEqual(config.trustedProxies, ['10.0.0.5', '10.1.0.0/16', '::1', 'fd00::/8']);
  const [key] = config.bearerKeys;
  assert.equal(key!.secret.reveal(), KEY.secret);
  const { right: _, ...rest } = KEY;
  assert.deepEqual(JSON.parse(JSON.stringify(key)), {
    ...rest,
    secret: '[secret]',
    actions: ['chatpush:PutChatEvents'],
  });
});

test('access keys may be limited; unlimited keys may do everything', (t) => {
  const limited = {
    ...ACCESS_KEY,
    id: 'LIMITED',
    instances: ['support'],
    actions: ['connect:Create*', 'chatpush:PutChatEvents'],
    applications: [ARN],
  };
  const [first, second] = configOf(
    settingsFolder(t).settings({ ...LEAST, accessKeys: [ACCESS_KEY, limited] }),
  ).accessKeys;
  assert.deepEqual([first!.actions, first!.applications], [undefined, 'all']);
  assert.deepEqual([second!.actions, second!.applications], [limited.actions, limited.applications]);
});

test('by default there are no streams, no bearer keys and no trusted proxies', (t) => {
  const config = configOf(settingsFolder(t).settings(LEAST));
  assert.deepEqual([config.sources, config.bearerKeys, config.trustedProxies], [{ sns: [] }, [], []]);
});

const WRONG: [what: string, settings: object, where: string][] = [
  [
    'a FIFO topic',
    { sources: { sns: [{ topicArn: `${TOPIC}.fifo`, instances: ['support'] }] } },
    'sources.sns[0].topicArn',
  ],
  [
    'a queue',
    { sources: { sns: [{ topicArn: TOPIC.replace('sns', 'sqs'), instances: ['support'] }] } },
    'sources.sns[0].topicArn',
  ],
  [
    'a topic for no instance',
    { sources: { sns: [{ topicArn: TOPIC, instances: [] }] } },
    'sources.sns[0].instances',
  ],
  [
    'a topic that is there twice',
    {
      sources: {
        sns: [
          { topicArn: TOPIC, instances: ['support'] },
          { topicArn: TOPIC, instances: ['support'] },
        ],
      },
    },
    'sources.sns[1].topicArn',
  ],
  ['a topic without instances', { sources: { sns: [{ topicArn: TOPIC }] } }, 'sources.sns[0].instances'],
  // Regression: a key for an instance that does not exist was answered 404 on every call, and check found no errors.
  [
    'a topic for an instance that is not there',
    { sources: { sns: [{ topicArn: TOPIC, instances: ['support', 'sales'] }] } },
    'sources.sns[0].instances',
  ],
  [
    'an access key for one',
    { accessKeys: [ACCESS_KEY, { ...ACCESS_KEY, id: 'B', instances: ['sales'] }] },
    'accessKeys[1].instances',
  ],
  ['a bearer key for one', { bearerKeys: [{ ...KEY, instance: 'sales' }] }, 'bearerKeys[0].instance'],
  ['no instance at all', { instances: [] }, 'instances'],
  ['instances left out', { instances: undefined }, 'instances'],
  [
    'an instance by its ARN',
    { instances: ['arn:aws:connect:eu-central-1:1:instance/support'] },
    'instances[0]',
  ],
  ['a short key', { bearerKeys: [{ ...KEY, secret: 'x'.repeat(19) }] }, 'bearerKeys[0].secret'],
  [
    'a key with spaces',
    { bearerKeys: [{ ...KEY, secret: 'twenty characters and more' }] },
    'bearerKeys[0].secret',
  ],
  ['a right unknown', { bearerKeys: [{ ...KEY, right: 'all' }] }, 'bearerKeys[0].right'],
  ['a bearer key that may do nothing', { bearerKeys: [WITHOUT_RIGHT] }, 'bearerKeys[0]'],
  ['one with both', { bearerKeys: [{ ...KEY, actions: ['chatpush:List*'] }] }, 'bearerKeys[0]'],
  [
    'one for what takes no bearer keys',
    { bearerKeys: [{ ...WITHOUT_RIGHT, actions: ['connect:*'] }] },
    'bearerKeys[0].actions[0]',
  ],
  [
    'an action that is unknown',
    { bearerKeys: [{ ...WITHOUT_RIGHT, actions: ['chatpush:PutChatEvent'] }] },
    'bearerKeys[0].actions[0]',
  ],
  [
    'an action of an access key that is unknown',
    { accessKeys: [{ ...ACCESS_KEY, actions: ['connect:StopContact', 'connect:Stopp*'] }] },
    'accessKeys[0].actions[1]',
  ],
  [
    'an action with a star in its middle',
    { accessKeys: [{ ...ACCESS_KEY, actions: ['connect:*Contact'] }] },
    'accessKeys[0].actions[0]',
  ],
  ['no action', { accessKeys: [{ ...ACCESS_KEY, actions: [] }] }, 'accessKeys[0].actions'],
  ['no application', { accessKeys: [{ ...ACCESS_KEY, applications: [] }] }, 'accessKeys[0].applications'],
  [
    'an application that is no ARN',
    { accessKeys: [{ ...ACCESS_KEY, applications: ['support'] }] },
    'accessKeys[0].applications[0]',
  ],
  ['a key for no instance', { bearerKeys: [{ ...KEY, instance: undefined }] }, 'bearerKeys[0].instance'],
  ...['proxy.example', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/8/8', '10.0.0'].map(
    (entry): [string, object, string] => [
      `the proxy ${entry}`,
      { trustedProxies: [entry] },
      'trustedProxies[0]',
    ],
  ),
];
for (const [what, settings, where] of WRONG)
  test(`${what} is an error, reported with its place and fix`, (t) => {
    const mistakes = mistakesOf(settingsFolder(t).settings({ ...LEAST, ...settings }));
    assert.deepEqual(
      mistakes.map((mistake) => mistake.where),
      [where],
    );
    assert.match(mistakes[0]!.what, /write|use|list|add it there/);
    assert.ok(!mistakes[0]!.what.includes('xxxxx'), 'and does not repeat a secret');
  });

test('if calls create instances on first use, none need be listed', (t) => {
  const settings = settingsFolder(t).settings({
    accessKeys: [{ ...ACCESS_KEY, instances: ['support'] }],
    bearerKeys: [KEY],
  });
  assert.deepEqual(mistakesOf({ ...settings, CHATPUSH_AUTO_CREATE: 'all' }), []);
  assert.deepEqual(
    mistakesOf({ ...settings, CHATPUSH_AUTO_CREATE: 'none' }).map(({ where }) => where),
    ['instances'],
  );
});
