// Reads and writes in another tenant's instance: by every operation, bearer key, page token and participant token.
import { hash } from 'node:crypto';
import type { Attack, Field } from '../attack.ts';
import { converse } from '../conversation.ts';
import type { Answer } from '../conversation.ts';
import { OPERATIONS } from '../../packages/wire/src/index.ts';
import { OPERATION_NAMES, bytesOf, goodRequest, partsOf } from '../requests.ts';
import { BEARER, INSTANCES, KEYS } from '../target.ts';

async function ask({ target, findings }: Field, bytes: Buffer, by: string): Promise<Answer | undefined> {
  const { answers } = await converse(target.port, bytes, { patienceMs: 15_000 });
  if (answers[0] === undefined) findings.add('no answer to a complete request', by);
  return answers[0];
}

/** Other operations belong to no tenant; which keys may call them is a table test (`permissions.test.ts`). */
const OF_AN_INSTANCE = OPERATION_NAMES.filter((name) => 'InstanceId' in OPERATIONS[name].input.members);

async function byOperation(field: Field): Promise<void> {
  for (const name of OF_AN_INSTANCE) {
    const by = `${name} in another tenant’s instance`;
    const answer = await ask(field, goodRequest(field.target.port, name, INSTANCES.calm), by);
    if (answer) field.findings.judge(answer, by, [403]);
  }
}

async function byBearer(field: Field): Promise<void> {
  const read = (instance: string) =>
    Buffer.from(
      `GET /push-notification/${instance}/deliveries?contactId=calm-contact HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${BEARER}\r\n\r\n`,
    );
  const answer = await ask(field, read(INSTANCES.calm), 'a bearer key of another instance');
  if (answer) field.findings.judge(answer, 'a bearer key of another instance', [403]);
}

/** A page token of the calm tenant's list must not open a list of the hostile one. */
async function byPageToken(field: Field): Promise<void> {
  const list = (tenant: keyof typeof INSTANCES, more: object) => {
    const input = { InstanceId: INSTANCES[tenant], ContactId: 'calm-contact', MaxResults: 1, ...more };
    return bytesOf(field.target.port, { ...partsOf('ListDeliveries', input), key: KEYS[tenant] });
  };
  const page = await ask(field, list('calm', {}), 'the calm tenant’s own list');
  const { NextToken } = JSON.parse(page?.body ?? '{}') as { NextToken?: string };
  if (NextToken === undefined) return;
  if (/^[\w ]*\d+$/.test(Buffer.from(NextToken, 'base64url').toString()))
    field.findings.add('a readable page token', NextToken);
  for (const token of [NextToken, NextToken.slice(1), `${NextToken}AA`, hash('sha256', NextToken)]) {
    const answer = await ask(field, list('hostile', { NextToken: token }), 'a page token of another tenant');
    if (answer) field.findings.judge(answer, 'a page token of another tenant', [400]);
  }
}

async function byParticipantToken(field: Field): Promise<void> {
  const said = (more: object) =>
    Buffer.from(
      JSON.stringify([1, INSTANCES.calm, 'calm-contact', 'p', 'CUSTOM_BOT', Date.now() + 60_000, more]),
    );
  const tokens = [
    'x',
    '.',
    '..',
    `${said({}).toString('base64url')}.${'A'.repeat(43)}`,
    `${Buffer.from('[1,"calm"]').toString('base64url')}.`,
    'x'.repeat(5_000),
  ];
  for (const token of tokens)
    for (const path of ['/participant/message', '/participant/connection']) {
      const body = JSON.stringify({
        ContentType: 'text/plain',
        Content: 'forged',
        Type: ['CONNECTION_CREDENTIALS'],
      });
      const by = `a made-up participant token ${token.slice(0, 40)}`;
      const bytes = Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Bearer: ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      const answer = await ask(field, bytes, by);
      if (answer) field.findings.judge(answer, by, [403]);
    }
}

export const tenants: Attack = {
  says: 'another tenant’s instance, by key, bearer key, page token and participant token',
  run: async (field) => {
    await Promise.all([byOperation(field), byBearer(field), byPageToken(field), byParticipantToken(field)]);
  },
};
