// Calls with an invalid signature.
import type { Attack, Field } from '../attack.ts';
import { converse } from '../conversation.ts';
import { bytesOf, inputOf, partsOf } from '../requests.ts';
import { INSTANCES, KEYS } from '../target.ts';

const FIVE_MINUTES_MS = 5 * 60_000;

/** Each must be refused with 403. */
const FORGERIES: Readonly<Record<string, (field: Field) => Buffer>> = {
  'an unsigned x-amz header': (field) =>
    bytesOf(field.target.port, { ...stop(), headers: { 'X-Amz-Meta': 'x' }, unsigned: ['x-amz-meta'] }),
  'an unsigned Host': (field) => bytesOf(field.target.port, { ...stop(), unsigned: ['host'] }),
  'another Host than the signed one': ({ target }) =>
    Buffer.from(
      bytesOf(target.port, stop())
        .toString()
        .replace(/^Host: .*$/m, 'Host: localhost'),
    ),
  'a replay after five minutes': ({ target }) =>
    bytesOf(target.port, { ...stop(), signedAtMs: Date.now() - FIVE_MINUTES_MS - 5_000 }),
  'a signature from the future': ({ target }) =>
    bytesOf(target.port, { ...stop(), signedAtMs: Date.now() + FIVE_MINUTES_MS + 60_000 }),
  'another body than the signed one': ({ target }) => {
    const bytes = bytesOf(target.port, stop());
    bytes[bytes.length - 3]! ^= 1;
    return bytes;
  },
  'a known key with another secret': ({ target }) =>
    bytesOf(target.port, { ...stop(), key: { id: KEYS.calm.id, secret: 'guessed' } }),
  'an unknown key': ({ target }) => bytesOf(target.port, { ...stop(), key: { id: 'AKIDNONE', secret: 'x' } }),
  'another service': ({ target }) => bytesOf(target.port, { ...stop(), service: 's3' }),
  'a body declared unsigned': ({ target }) =>
    bytesOf(target.port, {
      ...stop(),
      headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
      payloadHash: 'UNSIGNED-PAYLOAD',
    }),
  'a body declared streamed': ({ target }) =>
    bytesOf(target.port, {
      ...stop(),
      headers: { 'X-Amz-Content-Sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    }),
  'a made-up session token': ({ target }) =>
    bytesOf(target.port, { ...stop(), headers: { 'X-Amz-Security-Token': 'made up' } }),
  'a made-up presigned URL': () => {
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${KEYS.calm.id}%2F20260101%2Feu-central-1%2Fconnect%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=${'0'.repeat(64)}`;
    return Buffer.from(
      `GET /push-notification/calm/registrations?contactId=c&${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    );
  },
  'no signature': () =>
    Buffer.from('PUT /contact/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n'),
};

const stop = () => partsOf('StopContact', inputOf('StopContact', INSTANCES.hostile));

export const signatures: Attack = {
  says: 'signatures that are forged, replayed, incomplete, or for another request',
  run: async (field) => {
    const { target, findings } = field;
    await Promise.all(
      Object.entries(FORGERIES).map(async ([by, forge]) => {
        const { answers } = await converse(target.port, forge(field), { patienceMs: 15_000 });
        if (answers.length === 0) findings.add('no answer to a complete request', by);
        for (const answer of answers) findings.judge(answer, by, [403]);
      }),
    );
  },
};
