// npm run docs [-- --check] : writes the pages that are generated from tables in the code. With --check, fails if they are out of
// date.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  APPLICATION_OPERATIONS,
  ERRORS,
  OPERATIONS,
  PARTICIPANT_OPERATIONS,
  actionOf,
  pathMembers,
} from '@chatpush/wire';
import type { ApplicationOperationName, ErrorName, Operation, Shape, StructureShape } from '@chatpush/wire';
import { LOG_REASONS } from '../packages/server/src/delivery/log-reason.ts';
import { DIAGNOSES } from '../packages/server/src/doctor/diagnoses.ts';
import { ERROR_PROSE, OPERATION_PROSE } from '../packages/wire/src/prose.ts';
import { APPLICATION_PROSE } from '../packages/wire/src/prose-applications.ts';
import type { OperationProse } from '../packages/wire/src/prose.ts';
import { settingsPage, settingsSchema } from './settings-docs.ts';
import { withRegion } from './region.ts';

const number = new Intl.NumberFormat('en-US');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const range = (min: number | undefined, max: number | undefined): string =>
  min !== undefined && max !== undefined
    ? ` of ${number.format(min)}–${number.format(max)}`
    : max !== undefined
      ? ` of up to ${number.format(max)}`
      : min !== undefined
        ? ` of ${number.format(min)} or more`
        : '';

/** A shape in words: `text of 1–256 characters`. */
function inWords(shape: Shape): string {
  switch (shape.kind) {
    case 'string':
      if (shape.values !== undefined) return shape.values.map((value) => `\`${value}\``).join(', ');
      if (shape.format === 'date-time') return 'ISO 8601 time with a zone';
      if (shape.maxBytes !== undefined)
        return `text of up to ${number.format(shape.maxBytes)} bytes in UTF-8`;
      return shape.max === undefined ? 'text' : `text${range(shape.min, shape.max)} characters`;
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return shape.max === undefined
        ? 'whole number'
        : `whole number from ${number.format(shape.min ?? 0)} to ${number.format(shape.max)}`;
    case 'list':
      return shape.of.kind === 'structure'
        ? `list${range(shape.min, shape.max)}`
        : `list${range(shape.min, shape.max)}, each ${inWords(shape.of)}`;
    case 'map':
      return `map to ${inWords(shape.of)}${shape.maxBytes === undefined ? '' : `, together up to ${number.format(shape.maxBytes)} bytes`}`;
    case 'structure':
      return 'structure';
    case 'unsupported':
      return shape.except.length === 0
        ? 'nothing'
        : `only ${shape.except.map((value) => `\`${value}\``).join(', ')}`;
  }
}

interface Row {
  readonly path: string;
  readonly shape: Shape & { readonly required?: true };
}

/** All members, each structure or list of structures followed by its own members. */
function flatten({ members }: StructureShape, prefix = ''): Row[] {
  return Object.entries(members).flatMap(([name, shape]): Row[] => {
    const row = { path: `${prefix}${name}`, shape };
    if (shape.kind === 'structure') return [row].concat(flatten(shape, `${row.path}.`));
    if (shape.kind === 'list' && shape.of.kind === 'structure')
      return [row].concat(flatten(shape.of, `${row.path}[].`));
    return [row];
  });
}

/** The members with their descriptions. A missing description, or one for a member that no longer exists, stops the generator. */
function memberTable(
  what: string,
  shape: StructureShape,
  prose: OperationProse['input'],
  place?: (member: string) => string,
): string {
  const rows = flatten(shape);
  const paths = new Set(rows.map(({ path }) => path));
  const stale = Object.keys(prose).filter((path) => !paths.has(path));
  const missing = rows.filter(({ path }) => prose[path] === undefined).map(({ path }) => path);
  if (stale.length + missing.length > 0)
    throw new Error(
      `prose.ts, ${what}: no words for [${missing.join(', ')}], no member for [${stale.join(', ')}]`,
    );
  const optional = (cell: string): string[] => (place === undefined ? [] : [cell]);
  return table(
    ['member'].concat(optional('where'), 'value', 'required', 'description'),
    rows.map(({ path, shape }) =>
      [`\`${path}\``].concat(
        optional(place?.(path) ?? ''),
        inWords(shape),
        shape.required === true ? 'yes' : '',
        prose[path]!,
      ),
    ),
  );
}

function operationSection(operation: Operation, prose: OperationProse, errorsAt: string): string {
  const inPath = new Set(pathMembers(operation.path));
  const place = (path: string): string =>
    inPath.has(path)
      ? 'path'
      : operation.query?.[path] !== undefined
        ? `query, \`${operation.query[path]}\``
        : operation.headers?.[path] !== undefined
          ? `header, \`${operation.headers[path]}\``
          : 'body';
  const amazon = operation.service === undefined ? "Amazon Connect's" : "Amazon Pinpoint's";
  const origin = operation.origin === 'amazon' ? `Also in ${amazon} API.` : 'chatpush only.';
  const isEmpty = Object.keys(operation.output.members).length === 0;
  return [
    `## ${operation.name}`,
    prose.summary,
    `\`${operation.method} ${operation.path}\`, body up to ${number.format(operation.bodyLimitBytes)} bytes. ${origin} ${proof(operation)}`,
    memberTable(`${operation.name} input`, operation.input, prose.input, place),
    isEmpty
      ? `Answers ${operation.status ?? 200} with ${operation.emptyAnswer === 'object' ? '`{}`' : 'an empty body'}.`
      : `Answers ${operation.status ?? 200}:\n\n${memberTable(`${operation.name} output`, operation.output, prose.output)}`,
    table(
      ['error', 'status', 'cause'],
      operation.errors.map((name) => [
        `[${name}](${errorsAt})`,
        `${ERRORS[name].status}`,
        prose.errors?.[name] ?? ERROR_PROSE[name].cause,
      ]),
    ),
  ].join('\n\n');
}

/** How a caller authenticates, in a sentence. */
function proof(operation: Operation): string {
  const { auth, bearer } = operation;
  if (auth !== undefined)
    return 'Not signed: the token in `X-Amz-Bearer` authenticates the call, and `Authorization` is ignored.';
  return `Signed${bearer === undefined ? '' : ' or with a bearer key'}; needs permission for \`${actionOf(operation)}\`.`;
}

const NOTE = '<!-- Generated by `npm run docs` from tables in the code: edit those, not this page. -->';

/** An index with a line per operation, then a section for each. */
function operationSections<Name extends string>(
  all: Readonly<Record<Name, Operation>>,
  prose: Readonly<Record<Name, OperationProse>>,
  errorsAt: string,
): string[] {
  const names = Object.keys(all) as Name[];
  return [
    table(
      ['operation', 'request', ''],
      names.map((name) => [
        `[${name}](#${name.toLowerCase()})`,
        `\`${all[name].method} ${all[name].path}\``,
        all[name].origin === 'amazon' ? '' : 'chatpush only',
      ]),
    ),
    ...names.map((name) => operationSection(all[name], prose[name], errorsAt)),
  ];
}

function pinpointPage(): string {
  return [
    NOTE,
    '# Applications over Amazon Pinpoint’s API',
    'An application holds the credentials for Apple and Google; registrations refer to it as `PinpointAppArn`. With these operations, the AWS CLI, the AWS SDKs and Terraform create and change applications as they do at Amazon. To point SDKs at the service, set `AWS_ENDPOINT_URL_PINPOINT` (and `AWS_ENDPOINT_URL_CONNECT` for the last three operations). Sign requests for the service `mobiletargeting` (for the last three: `connect`). Applications from the settings file appear in the same list and are read-only. Storing a credential needs `CHATPUSH_SECRET_KEY`; no operation ever returns a credential. [Set up](guides/set-up.md) shows how to use these operations. [All errors](operations.md#errors).',
    ...operationSections<ApplicationOperationName>(
      APPLICATION_OPERATIONS,
      APPLICATION_PROSE,
      'operations.md#errors',
    ),
  ].join('\n\n');
}

function operationsPage(): string {
  const all = { ...OPERATIONS, ...PARTICIPANT_OPERATIONS };
  return [
    NOTE,
    '# Operations',
    'Unless stated otherwise, requests are signed with Signature Version 4 for the service `connect`. Bodies are JSON in UTF-8, `null` counts as absent, unknown members are ignored, and lengths are in Unicode code points. Ids are percent-encoded in paths. A refused request changes nothing.',
    ...operationSections<keyof typeof all>(all, OPERATION_PROSE, '#errors'),
    '## Errors',
    'The header `X-Amzn-ErrorType` has the name of the error, `Message` in the body explains it, and `x-amzn-RequestId` is the id to search for in the log. SDKs and `@chatpush/client` retry the errors marked as retried. Any operation can return the errors from ExpiredTokenException on.',
    table(
      ['error', 'status', 'retried', 'cause', 'what to do'],
      (Object.keys(ERRORS) as ErrorName[]).map((name) => [
        name,
        `${ERRORS[name].status}`,
        ERRORS[name].repeated ? 'yes' : 'no',
        ERROR_PROSE[name].cause,
        ERROR_PROSE[name].remedy,
      ]),
    ),
  ].join('\n\n');
}

function reasonsPage(): string {
  return [
    NOTE,
    '# Reasons',
    'Why a notification was not delivered, or not yet: `Reason` in [PutChatEvents](operations.md#putchatevents) and [ListDeliveries](operations.md#listdeliveries). If a gateway refused the push, `Reason` is the gateway’s own reason instead (`BadDeviceToken`, `UNREGISTERED`, …).',
    table(
      ['reason', 'meaning'],
      Object.entries(LOG_REASONS).map(([reason, sentence]) => [`\`${reason}\``, sentence]),
    ),
  ].join('\n\n');
}

/** A hand-written page with two generated tables. */
function troubleshootingPage(): string {
  const page = readIfThere(new URL('../docs/guides/troubleshooting.md', import.meta.url)) ?? '';
  const errors = table(
    ['error', 'cause', 'what to do'],
    (Object.keys(ERRORS) as ErrorName[]).map((name) => [
      `\`${name}\``,
      ERROR_PROSE[name].cause,
      ERROR_PROSE[name].remedy,
    ]),
  );
  const diagnoses = table(
    ['from', 'found in the answer', 'meaning', 'what to do'],
    DIAGNOSES.map(({ of = '', when, says, cure }) => [
      of,
      wordsOf(when),
      says,
      `${cure[0]!.toUpperCase()}${cure.slice(1)}.`,
    ]),
  );
  const file = 'docs/guides/troubleshooting.md';
  return withRegion(withRegion(page, 'errors', errors, file), 'diagnoses', diagnoses, file).trimEnd();
}

/** What a row of diagnoses searches for, without regular-expression syntax. */
const wordsOf = ({ source }: RegExp): string =>
  source
    .replaceAll(/\\b|\^|\(\?:|\)/g, '')
    .replaceAll(/\\d|\.\*/g, '…')
    .split('|')
    .map((words) => `\`${words}\``)
    .join(', ');

const PAGES = [
  ['docs/operations.md', operationsPage],
  ['docs/pinpoint.md', pinpointPage],
  ['docs/reasons.md', reasonsPage],
  ['docs/guides/troubleshooting.md', troubleshootingPage],
  ['docs/settings.md', () => settingsPage(NOTE)],
  ['docs/settings.schema.json', settingsSchema],
] as const;

const isCheck = process.argv.includes('--check');
for (const [file, page] of PAGES) {
  const url = new URL(`../${file}`, import.meta.url);
  const text = `${page()}\n`;
  if (!isCheck) writeFileSync(url, text);
  else if (readIfThere(url) !== text) {
    console.error(`${file} is out of date: run "npm run docs" and commit what it writes.`);
    process.exitCode = 1;
  }
}

function readIfThere(url: URL): string | undefined {
  try {
    return readFileSync(url, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
