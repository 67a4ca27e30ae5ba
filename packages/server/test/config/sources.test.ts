// Settings about callers without an AWS SDK and about Amazon's stream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCESS_KEY, configOf, mistakesOf, settingsFolder } from './settings-folder.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:chat';
const KEY = { id: 'crm', secret: 'x'.repeat(20), instance: 'support', right: 'intake' };

test('topics, bearer keys and proxies are read as written; a secret is wrapped', (t) => {
  const config = configOf(
    settingsFolder(t).settings({
      accessKeys: [ACCESS_KEY],
      sources: { sns: [{ topicArn: TOPIC, instances: ['support', 'sales'] }] },
      bearerKeys: [KEY],
      trustedProxies: ['10.0.0.5', '10.1.0.0/16', '::1', 'fd00::/8'],
    }),
  );
  assert.deepEqual(config.sources, { sns: [{ topicArn: TOPIC, instances: ['support', 'sales'] }] });
  assert.deepEqual(config.trustedProxies, ['10.0.0.5', '10.1.0.0/16', '::1', 'fd00::/8']);
  const [key] = config.bearerKeys;
  assert.equal(key!.secret.reveal(), KEY.secret);
  assert.equal(JSON.stringify(key), JSON.stringify({ ...KEY, secret: '[secret]' }));
});

test('without them nobody streams, nobody has a bearer key, no proxy is trusted', (t) => {
  const config = configOf(settingsFolder(t).settings({ accessKeys: [ACCESS_KEY] }));
  assert.deepEqual([config.sources, config.bearerKeys, config.trustedProxies], [{ sns: [] }, [], []]);
});

const WRONG: [what: string, settings: object, where: string][] = [
  [
    'a FIFO topic',
    { sources: { sns: [{ topicArn: `${TOPIC}.fifo`, instances: ['a'] }] } },
    'sources.sns[0].topicArn',
  ],
  [
    'a queue',
    { sources: { sns: [{ topicArn: TOPIC.replace('sns', 'sqs'), instances: ['a'] }] } },
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
          { topicArn: TOPIC, instances: ['a'] },
          { topicArn: TOPIC, instances: ['b'] },
        ],
      },
    },
    'sources.sns[1].topicArn',
  ],
  ['a topic without instances', { sources: { sns: [{ topicArn: TOPIC }] } }, 'sources.sns[0].instances'],
  ['a short key', { bearerKeys: [{ ...KEY, secret: 'x'.repeat(19) }] }, 'bearerKeys[0].secret'],
  [
    'a key with spaces',
    { bearerKeys: [{ ...KEY, secret: 'twenty characters and more' }] },
    'bearerKeys[0].secret',
  ],
  ['a right unknown', { bearerKeys: [{ ...KEY, right: 'all' }] }, 'bearerKeys[0].right'],
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
  test(`${what} is a mistake, told where it is and how to mend it`, (t) => {
    const mistakes = mistakesOf(settingsFolder(t).settings({ accessKeys: [ACCESS_KEY], ...settings }));
    assert.deepEqual(
      mistakes.map((mistake) => mistake.where),
      [where],
    );
    assert.match(mistakes[0]!.what, /write/);
    assert.ok(!mistakes[0]!.what.includes('xxxxx'), 'and does not repeat a secret');
  });
