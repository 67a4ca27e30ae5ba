// Forged Amazon SNS messages: made-up signatures, and URLs that send the service elsewhere.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Attack } from '../attack.ts';
import { converse } from '../conversation.ts';
import { TOPIC } from '../target.ts';

const PEM = '/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';
const HOST = 'sns.eu-central-1.amazonaws.com';

/** URLs for the certificate or the confirmation; `inside` is a host and port of this machine. */
const addresses = (inside: string): string[] => [
  `https://${inside}${PEM}`,
  `http://${inside}${PEM}`,
  `https://${HOST}@${inside}${PEM}`,
  `https://${inside}/${HOST}${PEM}`,
  `https://${inside}#${HOST}${PEM}`,
  `https://${HOST}.${inside}${PEM}`,
  `https://${HOST}:8443${PEM}`,
  `http://${HOST}${PEM}`,
  `https://${HOST}/..%2f${PEM}`,
  `https://${HOST}${PEM}?next=http://${inside}`,
  'file:///etc/passwd',
  'https://169.254.169.254/latest/meta-data',
  `https://[::ffff:127.0.0.1]:${inside.split(':')[1]}${PEM}`,
  'not an address',
];

export const sns: Attack = {
  says: 'forged SNS messages, and URLs that lead to internal hosts',
  run: async ({ target, findings, random }) => {
    let reached = 0;
    const inside = createServer((socket) => {
      reached++;
      socket.destroy();
    });
    await once(inside.listen(0, '127.0.0.1'), 'listening');
    const { port } = inside.address() as AddressInfo;
    await Promise.all(
      addresses(`127.0.0.1:${port}`).map(async (address) => {
        const isConfirmation = random.below(2) === 0;
        const body = JSON.stringify({
          Type: isConfirmation ? 'SubscriptionConfirmation' : 'Notification',
          MessageId: '11111111-2222-3333-4444-555555555555',
          TopicArn: random.pick([TOPIC, TOPIC, 'arn:aws:sns:eu-central-1:123456789012:another']),
          Message: '{"Type":"MESSAGE"}',
          Timestamp: new Date().toISOString(),
          SignatureVersion: random.pick(['1', '2']),
          Signature: Buffer.from('forged').toString('base64'),
          SigningCertURL: address,
          ...(isConfirmation && { Token: 'token', SubscribeURL: address }),
        });
        const topic = random.pick([
          `x-amz-sns-topic-arn: ${TOPIC}\r\n`,
          '',
          'x-amz-sns-topic-arn: another\r\n',
        ]);
        const { answers } = await converse(
          target.port,
          `POST /sources/sns HTTP/1.1\r\nHost: 127.0.0.1\r\n${topic}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
          { patienceMs: 20_000 },
        );
        if (answers.length === 0) findings.add('no answer to an SNS message', address);
        for (const answer of answers) findings.judge(answer, `SNS, ${address}`, [400, 403]);
      }),
    );
    inside.close();
    if (reached > 0) findings.add('a forged SNS message led the service to this machine', String(reached));
  },
};
