// Requests corrupted below the API: bytes changed, doubled or left out, oversized headers, and request smuggling (one request to
// one parser, two to another).
import type { Attack, Random } from '../attack.ts';
import { converse } from '../conversation.ts';
import { OPERATION_NAMES, goodRequest } from '../requests.ts';

const ODD_LINES = [
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding : chunked',
  'Expect: 100-continue',
  'Expect: nothing',
  'Upgrade: h2c',
  'Connection: Upgrade, HTTP2-Settings',
  'Host: elsewhere.example',
  'X-Forwarded-For: 127.0.0.1',
  'X-Amz-Date: never',
  'Authorization: AWS4-HMAC-SHA256 ,,,,=,=',
  `X-Large: ${'x'.repeat(40_000)}`,
  'Content-Type: application/xml',
  'Content-Encoding: gzip',
];
const TARGETS = [
  '*',
  '/',
  '//',
  '/%00',
  '/..%2f..',
  `/${'a'.repeat(40_000)}`,
  'http://elsewhere/',
  '/console/',
  '/emulator/faults',
];

type Spoil = (bytes: Buffer, random: Random) => Buffer;

const SPOILS: readonly Spoil[] = [
  (bytes, random) => {
    const spoiled = Buffer.from(bytes);
    for (let changes = 1 + random.below(8); changes > 0; changes--)
      spoiled[random.below(spoiled.length)] = random.below(256);
    return spoiled;
  },
  (bytes, random) => bytes.subarray(0, 1 + random.below(bytes.length)),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(40))]);
  },
  (bytes, random) => {
    const at = bytes.indexOf('\r\n') + 2;
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(`${random.pick(ODD_LINES)}\r\n`),
      bytes.subarray(at),
    ]);
  },
  (bytes, random) => {
    const [method, , ...rest] = bytes.toString('latin1').split(' ');
    return Buffer.from([method, random.pick(TARGETS), ...rest].join(' '), 'latin1');
  },
  (bytes) => Buffer.concat([bytes, bytes, bytes]),
  (_, random) => Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
];

export const http: Attack = {
  says: 'corrupted requests over raw sockets',
  run: async ({ target, findings, random }) => {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const bytes = random.pick(SPOILS)(goodRequest(target.port, random.pick(OPERATION_NAMES)), random);
        const { answers, rest } = await converse(target.port, bytes, { patienceMs: 1_000 });
        for (const answer of answers) findings.judge(answer, bytes.toString('latin1'));
        if (rest !== '' && answers.length === 0)
          findings.add('bytes that are not an answer', `${bytes.toString('latin1')} ⇒ ${rest.slice(0, 100)}`);
      }),
    );
  },
};
