// Code that parses external text takes linear, not quadratic, time: 200 KB each, of text that takes a backtracking expression
// seconds. For Markdown see content/markdown.test.ts.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { canonicalHeaders, OPERATIONS } from '@chatpush/wire';
import { createReadAnswer } from '../../client/src/answer.ts';
import { createVerifyBearer } from '../src/auth/bearer.ts';
import { bareInstanceId } from '../src/auth/instance.ts';
import { readSignature } from '../src/auth/presented-signature.ts';
import { authoritiesFault, certificatesOf, privateKeyFault } from '../src/config/credentials.ts';
import { parseSettingsJson } from '../src/config/settings-json.ts';
import { normalToken } from '../src/contact/device.ts';
import { fileName, isVisible } from '../src/contact/text.ts';
import { fcmMeaning, parseFcmError } from '../src/gateways/fcm/answers.ts';
import { retryAfterMs } from '../src/gateways/retry-after.ts';
import { checkBodyHeaders } from '../src/http/json-body.ts';
import { checkLoopback } from '../src/http/loopback.ts';
import { isLoopback } from '../src/addresses/loopback.ts';
import { isApplicationArn } from '../src/operations/directory.ts';
import { parseEnvelope } from '../src/sources/sns/envelope.ts';
import { certificateUrl, parseTopic } from '../src/sources/sns/topic.ts';

const BYTES = 200_000;
const filled = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.ceil(BYTES / piece.length)) + after;

const verifyBearer = createVerifyBearer({ keys: [], trustedProxies: [] });
const readAnswer = createReadAnswer(OPERATIONS.PutChatEvents.output);
const request = (headers: Record<string, string>): IncomingMessage =>
  ({ headers, socket: { remoteAddress: '127.0.0.1' } }) as unknown as IncomingMessage;
const topic = parseTopic('arn:aws:sns:eu-central-1:000000000000:chat')!;
const pem = '-----BEGIN CERTIFICATE-----';

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a bearer key': (text) => verifyBearer(request({ authorization: text }), OPERATIONS.PutChatEvents),
  'an Authorization header': (text) => readSignature([['authorization', text]], ''),
  'a presigned query': (text) => readSignature([], text),
  'a signed header': (text) => canonicalHeaders([['a', text]], ['a']),
  'a content type': (text) => checkBodyHeaders(request({ 'content-type': text })),
  'a Host header': (text) => checkLoopback({ host: text }, []),
  'an Origin header': (text) => checkLoopback({ host: 'localhost', origin: text }, []),
  'a host': isLoopback,
  'an instance ARN': bareInstanceId,
  'an application ARN': isApplicationArn,
  'a topic ARN': parseTopic,
  'an SNS envelope': (text) => parseEnvelope(Buffer.from(text)),
  'the URL of a certificate of SNS': (text) => certificateUrl(topic, text),
  'a device token': (text) => normalToken('APNS', text),
  'a file name': fileName,
  'a text without anything to see': isVisible,
  'a settings file': parseSettingsJson,
  'a private key': privateKeyFault,
  'a list of authorities': authoritiesFault,
  certificates: certificatesOf,
  'Retry-After': (text) => retryAfterMs(text, 0),
  'an error of FCM': (text) => fcmMeaning(parseFcmError(400, JSON.stringify({ error: { message: text } }))),
  "an answer in a service's place": (text) => readAnswer({ status: 502, headers: new Headers(), text }),
};

const HOSTILE: readonly string[] = [
  ...[
    'a',
    ' ',
    '\t',
    '=',
    '"',
    '\\"',
    '"\\"',
    '/*',
    '//',
    ', ',
    ',',
    '-',
    '.',
    'a.',
    ':',
    '/',
    '(',
    '<',
    '<a',
    '<style',
  ].map((piece) => filled(piece)),
  filled('\\"', '"'),
  filled('\\"', '"', '\\'),
  filled('\\"', '"', '\\\n'),
  filled('x\n', '{"a":1,\n'),
  filled(' ', 'Bearer ', '!'),
  filled('a', 'Bearer ', '!'),
  filled('=', 'Bearer a', '!'),
  filled('a,', 'AWS4-HMAC-SHA256 '),
  filled('a=', 'AWS4-HMAC-SHA256 Credential='),
  filled('&', 'X-Amz-Algorithm=AWS4-HMAC-SHA256'),
  filled(' ', 'application/json', 'x'),
  filled('a', 'arn:aws:connect:', '!'),
  filled('a', 'arn:aws:mobiletargeting:', '!'),
  filled('-a', 'arn:aws:sns:aa', '!'),
  filled('a.', 'https://', '/'),
  filled(pem),
  filled(`${pem}\n`),
  filled('A ', '-----END '),
  filled('PRIVATE KEY ', '-----END '),
  filled('ab', '', 'g'),
  filled('\u200b'),
  filled('/\u202e'),
];

/** CPU time of this thread, so that other processes cannot affect it. */
function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  try {
    work();
  } catch {
    // Refused, as expected; other tests check the message.
  }
  const after = process.threadCpuUsage();
  return (after.user - before.user + after.system - before.system) / 1_000;
}

describe('200 KB of crafted text are parsed quickly as', () => {
  for (const [name, read] of Object.entries(READERS))
    test(name, () => {
      for (const text of HOSTILE) {
        const ms = Math.min(
          cpuMs(() => read(text)),
          cpuMs(() => read(text)),
        );
        assert.ok(ms < 250, `${JSON.stringify(text.slice(0, 40))} took ${ms} ms`);
      }
    });
});
