// docs/settings.md and docs/settings.schema.json, from the table of settings.
import type { ObjectSetting, Setting } from '../packages/server/src/config/setting.ts';
import { ENVIRONMENT_VARIABLES, SETTINGS } from '../packages/server/src/config/settings.ts';

const REFERENCE = {
  anyOf: [
    { type: 'string' },
    {
      type: 'object',
      properties: { file: { type: 'string' } },
      required: ['file'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: { env: { type: 'string' } },
      required: ['env'],
      additionalProperties: false,
    },
  ],
};

/** JSON Schema, draft 2020-12, with which editors complete and check settings. */
function schemaOf(setting: Setting): Record<string, unknown> {
  const described = {
    description: setting.means,
    ...('default' in setting && setting.default !== undefined && { default: setting.default }),
  };
  switch (setting.kind) {
    case 'text':
      return {
        ...described,
        type: 'string',
        minLength: 1,
        // The limit is in bytes, and a character has at least one: a longer text exceeds the limit in any script.
        ...(setting.maxBytes !== undefined && { maxLength: setting.maxBytes }),
        ...(setting.pattern && { pattern: setting.pattern.source }),
      };
    case 'integer':
      return { ...described, type: 'integer', minimum: setting.least, maximum: setting.most };
    case 'choice':
      return { ...described, enum: setting.of };
    case 'contents':
      return { ...described, ...REFERENCE };
    case 'list': {
      const list = { type: 'array', items: schemaOf(setting.of) };
      return setting.word === undefined
        ? { ...described, ...list }
        : { ...described, anyOf: [{ const: setting.word }, list] };
    }
    case 'object': {
      const members = Object.entries(setting.members);
      const required = members.filter(([, { required }]) => required).map(([name]) => name);
      return {
        ...described,
        type: 'object',
        properties: Object.fromEntries(members.map(([name, member]) => [name, schemaOf(member)])),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      };
    }
  }
}

export function settingsSchema(): string {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'chatpush settings' };
  return JSON.stringify({ ...schema, ...schemaOf(SETTINGS) }, undefined, 2);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n');

const number = new Intl.NumberFormat('en-US');

function inWords(setting: Setting): string {
  switch (setting.kind) {
    case 'text':
      return setting.maxBytes === undefined
        ? 'text'
        : `text, at most ${number.format(setting.maxBytes)} bytes`;
    case 'integer':
      return `${number.format(setting.least)} to ${number.format(setting.most)}`;
    case 'choice':
      return setting.of.map((choice) => `\`${JSON.stringify(choice)}\``).join(', ');
    case 'contents':
      return setting.secret ? 'secret' : 'contents';
    case 'list':
      return setting.word === undefined ? 'list' : `list, or \`${JSON.stringify(setting.word)}\``;
    case 'object':
      return 'object';
  }
}

const defaultOf = (setting: Setting): string =>
  setting.required
    ? '**required**'
    : 'default' in setting && setting.default !== undefined
      ? `\`${JSON.stringify(setting.default)}\``
      : '';

/** The members of an object, then those of each nested object. Identical channels are shown once. */
function sections(name: string, { members, means }: ObjectSetting, shown: Set<string>): string[] {
  const rows = Object.entries(members).map(([member, setting]) => [
    `\`${member}\``,
    inWords(setting),
    defaultOf(setting),
    setting.means,
  ]);
  const own = table(['setting', 'value', 'default', 'description'], rows);
  if (shown.has(own)) return [];
  shown.add(own);
  const title = name === '' ? [] : [`## ${name}`, means];
  const inner = Object.entries(members).flatMap(([member, setting]) => {
    const where = name === '' ? member : `${name}.${member}`;
    if (setting.kind === 'object') return sections(where, setting, shown);
    if (setting.kind === 'list' && setting.of.kind === 'object')
      return sections(`${where}[]`, setting.of, shown);
    return [];
  });
  return [...title, own, ...inner];
}

export function settingsPage(note: string): string {
  return [
    note,
    '# Settings',
    'Environment variables say where to listen and which store to use. The settings file, named by `CHATPUSH_CONFIG`, says who may call and which applications exist. `chatpush check` lists all mistakes in both. The file is JSON with optional comments and trailing commas; see [an example](../examples/settings.jsonc) and [the schema for editors](settings.schema.json).',
    '## Environment',
    table(
      ['variable', 'default', 'description'],
      ENVIRONMENT_VARIABLES.map(({ name, default: usual, means }) => [`\`${name}\``, usual, means]),
    ),
    '## The file',
    'Give a *secret*, and other *contents*, as text, as `{ "file": path }`, or as `{ "env": name }`. Paths are relative to the folder of the settings file. Secrets from the settings are kept in memory only, never in the store or in a log.',
    ...sections('', SETTINGS, new Set()),
    'Channels `APNS` and `APNS_SANDBOX` have the same settings.',
  ].join('\n\n');
}
