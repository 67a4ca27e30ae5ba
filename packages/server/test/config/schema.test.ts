// docs/settings.schema.json and the reader agree: an editor marks exactly the errors that chatpush check reports.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseSettingsJson } from '../../src/config/settings-json.ts';
import { ACCOUNT, PEM } from './keys.ts';
import { ACCESS_KEY, ARN, LEAST, mistakesOf, settingsFolder, withApplication } from './settings-folder.ts';

const ROOT = new URL('../../../../', import.meta.url);

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The part of JSON Schema that the generator uses. */
function fits(schema: Schema, value: unknown): boolean {
  if (schema.anyOf) return schema.anyOf.some((one) => fits(one, value));
  if (schema.enum) return schema.enum.includes(value);
  if (schema.const !== undefined) return schema.const === value;
  switch (schema.type) {
    case 'string':
      return (
        typeof value === 'string' &&
        value.length >= (schema.minLength ?? 0) &&
        value.length <= (schema.maxLength ?? Infinity) &&
        new RegExp(schema.pattern ?? '').test(value)
      );
    case 'integer':
      return Number.isInteger(value) && Number(value) >= schema.minimum! && Number(value) <= schema.maximum!;
    case 'array':
      return Array.isArray(value) && value.every((one) => fits(schema.items!, one));
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const members = value as Record<string, unknown>;
      return (
        (schema.required ?? []).every((name) => name in members) &&
        Object.entries(members).every(
          ([name, one]) => schema.properties?.[name] && fits(schema.properties[name], one),
        )
      );
    }
    case undefined:
    default:
      throw new Error(`a schema of no type that is known: ${JSON.stringify(schema)}`);
  }
}

const schema = JSON.parse(readFileSync(new URL('docs/settings.schema.json', ROOT), 'utf8')) as Schema;

const APNS = {
  gateway: 'apns',
  topic: 'com.example.chat',
  keyId: 'ABCDE12345',
  teamId: 'TEAM123456',
  privateKey: PEM.p8,
};
const channels = (APNS: object): object => withApplication({ channels: { APNS } });

const INSTANCE_ARN = 'arn:aws:connect:eu-central-1:000000000000:instance/support';

const CASES: [string, unknown, boolean][] = [
  ['the least there can be', LEAST, true],
  [
    'everything at once',
    {
      ...withApplication({
        sound: 'x',
        ttlMinutes: 5,
        channels: { APNS, GCM: { gateway: 'fcm', serviceAccount: JSON.stringify(ACCOUNT) } },
      }),
      proxy: 'http://proxy:3128',
      regions: ['eu-central-1'],
      limits: { burst: 5 },
    },
    true,
  ],
  ['no keys', {}, false],
  ['a list', [], false],
  ['a misspelled setting', { ...LEAST, acount: '000000000000' }, false],
  ['a misspelled setting deep down', channels({ ...APNS, tpic: 'x' }), false],
  ['an invalid ARN', withApplication({ arn: 'support' }), false],
  ['an unknown gateway', channels({ ...APNS, gateway: 'real' }), false],
  ['an invalid port', channels({ ...APNS, port: 80 }), false],
  ['the other port', channels({ ...APNS, port: 2197 }), true],
  ['a category of a hundred characters', withApplication({ category: 'c'.repeat(100) }), true],
  ['a longer one', withApplication({ category: 'c'.repeat(101) }), false],
  ['a thread that names the contact', withApplication({ threadId: 'chat-{contactId}\n' }), true],
  ['a thread that names it twice', withApplication({ threadId: '{contactId}\n{contactId}' }), false],
  ['an instance by its ARN', { ...LEAST, instances: [INSTANCE_ARN] }, false],
  ['too short a life', withApplication({ ttlMinutes: 0 }), false],
  ['a secret that is a number', { ...LEAST, accessKeys: [{ ...ACCESS_KEY, secret: 7 }] }, false],
  ['all regions', { ...LEAST, regions: 'any' }, true],
  ['a word that means nothing', { ...LEAST, regions: 'all' }, false],
];

for (const [name, settings, isGood] of CASES)
  test(`${name}: ${isGood ? 'good' : 'wrong'}, say schema and reader`, (t) => {
    assert.equal(fits(schema, settings), isGood);
    assert.equal(mistakesOf(settingsFolder(t).settings(settings)).length === 0, isGood);
  });

test('the example is valid by the schema and by the reader', (t) => {
  const example = readFileSync(new URL('examples/settings.jsonc', ROOT), 'utf8');
  assert.ok(fits(schema, parseSettingsJson(example)));
  const folder = settingsFolder(t);
  folder.write('AuthKey_ABCDE12345.p8', PEM.p8);
  folder.write('firebase-service-account.json', JSON.stringify(ACCOUNT));
  assert.deepEqual(mistakesOf({ ...folder.settings(example), CHATBACKEND_SECRET: 'long and random' }), []);
  assert.ok(example.includes(ARN));
});
