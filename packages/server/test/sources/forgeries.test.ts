// Every forgery is refused with its reason, counted, and pushes nothing. Long because it is one table.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTANCE, attributes, chatMessage, startScene } from './harness.ts';
import type { Scene } from './harness.ts';
import { HOST, TOPIC, post } from './stand-in-sns.ts';
import type { Fields } from './stand-in-sns.ts';

let scene: Scene;
before(async () => {
  scene = await startScene();
  await scene.register('chat-1', 'phone');
});
after(() => scene[Symbol.asyncDispose]());

const DAY = 86_400_000;
const ISSUER_AT = 'http://crt.r2m01.amazontrust.com/r2m01.cer';
const genuine = (by = {}, message: Fields = {}, more = {}): Fields =>
  scene.sns.notification(chatMessage({ Content: 'forged', ...message }), attributes(more), by);
/** Signed with this certificate's key, which SNS's own host serves. */
const signedBy = ({ pem, key }: { readonly pem: string; readonly key: KeyObject }): Fields =>
  genuine({ key, certificateUrl: scene.sns.serve(pem) });
const otherTopic = `${TOPIC}-other`;

interface Forgery {
  readonly what: string;
  readonly body: () => Fields | string;
  readonly reason: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
}

const FORGERIES: readonly Forgery[] = [
  // Changes to signed members.
  ...['Message', 'MessageId', 'Timestamp', 'Subject'].map((name) => ({
    what: `another ${name}`,
    body: () => ({
      ...genuine(),
      [name]: name === 'Timestamp' ? new Date(Date.now() - 1000).toISOString() : '{"Id":"x","ContactId":"y"}',
    }),
    reason: 'bad-signature',
  })),
  {
    what: 'the signature of another message',
    body: () => ({ ...genuine(), Signature: genuine()['Signature'] }),
    reason: 'bad-signature',
  },
  { what: 'no signature', body: () => ({ ...genuine(), Signature: '' }), reason: 'bad-signature' },
  {
    what: 'a signature of the other version',
    body: () => ({ ...genuine(), SignatureVersion: '2' }),
    reason: 'bad-signature',
  },
  {
    what: 'another key than the certificate’s',
    body: () => genuine({ key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }),
    reason: 'bad-signature',
  },
  // Topics.
  {
    what: 'another topic, rightly signed',
    body: () => genuine({ before: { TopicArn: otherTopic } }),
    reason: 'unknown-topic',
  },
  {
    what: 'the topic changed after signing',
    body: () => genuine({ before: { TopicArn: otherTopic }, after: { TopicArn: TOPIC } }),
    reason: 'bad-signature',
  },
  {
    what: 'a subscription to another topic',
    body: () =>
      scene.sns.confirmationRequest('SubscriptionConfirmation', { before: { TopicArn: otherTopic } }),
    reason: 'unknown-topic',
  },
  // Addresses.
  ...[
    'https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://evil@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns-eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com.cn/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://s3.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com/evil.pem',
    'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem?x=.pem',
    'https://sns.eu-central-1.amazonaws.com/x/../%2e%2e/evil/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://SNS.eu-central-1.amazonaws.com./SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'file:///etc/passwd',
    'no address',
  ].map((certificateUrl) => ({
    what: certificateUrl,
    body: () => genuine({ certificateUrl }),
    reason: 'foreign-address',
  })),
  ...[
    (url: string) => url.replace(HOST, 'evil.example'),
    (url: string) => url.replace('https:', 'http:'),
    (url: string) => url.replace('ConfirmSubscription', 'Unsubscribe'),
    (url: string) => url.replace(`TopicArn=${TOPIC}`, `TopicArn=${otherTopic}`),
    (url: string) => `${url}&Action=DeleteTopic`,
    (url: string) => url.replace('/?', '/elsewhere?'),
  ].map((change, index) => ({
    what: `a confirmation that leads elsewhere (${index + 1})`,
    body: () => {
      const { SubscribeURL, ...rest } = scene.sns.confirmationRequest();
      // Validly signed: SNS itself would have to be deceived, and even then no other host is contacted.
      return scene.sns.confirmationRequest('SubscriptionConfirmation', {
        before: { Token: rest['Token'], SubscribeURL: change(String(SubscribeURL)) },
      });
    },
    reason: 'foreign-address',
  })),
  {
    what: 'the address of confirmation changed after signing',
    body: () => {
      const request = scene.sns.confirmationRequest();
      const Token = 'f'.repeat(128);
      return {
        ...request,
        Token,
        SubscribeURL: `https://${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${Token}`,
      };
    },
    reason: 'bad-signature',
  },
  // Certificates, all served by SNS's own host.
  {
    what: 'a certificate that does not exist',
    body: () =>
      genuine({ certificateUrl: `https://${HOST}/SimpleNotificationService-${'0'.repeat(32)}.pem` }),
    reason: 'bad-certificate',
  },
  {
    what: 'an expired certificate',
    body: () =>
      signedBy(
        scene.sns.between.issue({
          name: 'sns.amazonaws.com',
          issuerAt: ISSUER_AT,
          from: Date.now() - 2 * DAY,
          to: Date.now() - 1000,
        }),
      ),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate of tomorrow',
    body: () =>
      signedBy(
        scene.sns.between.issue({ name: 'sns.amazonaws.com', issuerAt: ISSUER_AT, from: Date.now() + DAY }),
      ),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate of somebody else',
    body: () => signedBy(scene.sns.between.issue({ name: 'evil.example', issuerAt: ISSUER_AT })),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate of another region',
    body: () =>
      signedBy(scene.sns.between.issue({ name: 'sns-signing.eu-west-1.amazonaws.com', issuerAt: ISSUER_AT })),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate for every name',
    body: () => signedBy(scene.sns.between.issue({ name: '*.amazonaws.com', issuerAt: ISSUER_AT })),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate that signed itself',
    body: () =>
      signedBy(scene.sns.root.issue({ name: 'x', isAuthority: true }).issue({ name: 'sns.amazonaws.com' })),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate issued by a leaf',
    body: () => {
      const leaf = scene.sns.between.issue({ name: 'sns.amazonaws.com', issuerAt: ISSUER_AT });
      const below = leaf.issue({ name: 'sns.amazonaws.com' });
      return signedBy({ pem: below.pem + leaf.pem, key: below.key });
    },
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate that names its issuer, and was signed by another key',
    body: () =>
      signedBy(
        scene.sns.between.issue({
          name: 'sns.amazonaws.com',
          issuerAt: ISSUER_AT,
          signedWith: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
        }),
      ),
    reason: 'bad-certificate',
  },
  {
    what: 'a certificate that names the root itself, and was signed by another key',
    body: () =>
      signedBy(
        scene.sns.root.issue({
          name: 'sns.amazonaws.com',
          signedWith: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
        }),
      ),
    reason: 'bad-certificate',
  },
  {
    what: 'an authority as signer',
    body: () => signedBy(scene.sns.root.issue({ name: 'sns.amazonaws.com', isAuthority: true })),
    reason: 'bad-certificate',
  },
  {
    what: 'an authority that has expired in between',
    body: () => {
      const between = scene.sns.root.issue({
        name: 'old',
        isAuthority: true,
        from: Date.now() - 2 * DAY,
        to: Date.now() - 1000,
      });
      const leaf = between.issue({ name: 'sns.amazonaws.com' });
      return signedBy({ pem: leaf.pem + between.pem, key: leaf.key });
    },
    reason: 'bad-certificate',
  },
  {
    what: 'an issuer kept elsewhere than Amazon keeps them',
    body: () =>
      signedBy(
        scene.sns.between.issue({ name: 'sns.amazonaws.com', issuerAt: 'http://evil.example/r2m01.cer' }),
      ),
    reason: 'bad-certificate',
  },
  {
    what: 'a key of 1,024 bits',
    body: () =>
      signedBy(scene.sns.between.issue({ name: 'sns.amazonaws.com', issuerAt: ISSUER_AT, bits: 1024 })),
    reason: 'bad-certificate',
  },
  {
    what: 'a file that is no certificate',
    body: () =>
      genuine({
        certificateUrl: scene.sns.serve('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
      }),
    reason: 'bad-certificate',
  },
  {
    what: 'an empty file',
    body: () => genuine({ certificateUrl: scene.sns.serve('') }),
    reason: 'bad-certificate',
  },
  {
    what: 'a redirect to a good certificate',
    body: () => {
      const good = scene.sns.serve(scene.sns.leaf.pem);
      return genuine({
        certificateUrl: scene.sns.serve((_request, response) =>
          response.writeHead(302, { location: good }).end(),
        ),
      });
    },
    reason: 'bad-certificate',
  },
  // Age, instance, content.
  {
    what: 'a message of 13 hours ago',
    body: () =>
      genuine({ before: { Timestamp: new Date(Date.now() - 13 * 3_600_000 - 1000).toISOString() } }),
    reason: 'too-old',
  },
  {
    what: 'an instance that is not bound to the topic',
    body: () => genuine({}, {}, { InstanceId: 'third' }),
    reason: 'unknown-instance',
  },
  { what: 'no instance', body: () => genuine({}, {}, { InstanceId: '' }), reason: 'unknown-instance' },
  {
    what: 'a message without id',
    body: () => genuine({}, { Id: undefined }),
    reason: 'no-chat-message',
    status: 400,
  },
  {
    what: 'an id of 257 characters',
    body: () => genuine({}, { Id: 'x'.repeat(257) }),
    reason: 'no-chat-message',
    status: 400,
  },
  {
    what: 'a message without contact',
    body: () => genuine({}, { ContactId: undefined }),
    reason: 'no-chat-message',
    status: 400,
  },
  {
    what: 'a message that is no JSON',
    body: () => genuine({ before: { Message: 'hello' } }),
    reason: 'no-chat-message',
    status: 400,
  },
  {
    what: 'raw delivery',
    body: () => JSON.stringify(chatMessage()),
    headers: { 'x-amz-sns-rawdelivery': 'true' },
    reason: 'raw-delivery',
    status: 400,
  },
  { what: 'no JSON', body: () => 'hello', reason: 'not-sns', status: 400 },
  { what: 'a list', body: () => '[]', reason: 'not-sns', status: 400 },
  { what: 'JSON of another kind', body: () => ({ hello: 1 }), reason: 'not-sns', status: 400 },
  {
    what: 'a type unknown',
    body: () => ({ ...genuine(), Type: 'constructor' }),
    reason: 'not-sns',
    status: 400,
  },
  {
    what: 'a signature version unknown',
    body: () => ({ ...genuine(), SignatureVersion: '3' }),
    reason: 'not-sns',
    status: 400,
  },
  {
    what: 'an invalid time',
    body: () => ({ ...genuine(), Timestamp: 'yesterday' }),
    reason: 'not-sns',
    status: 400,
  },
  {
    what: 'a member of another type',
    body: () => ({ ...genuine(), Message: { Id: 1 } }),
    reason: 'not-sns',
    status: 400,
  },
  { what: '200,000 levels', body: () => `{"a":${'['.repeat(200_000)}`, reason: 'not-sns', status: 400 },
];

describe('refused', () => {
  /** By reason. Busy `/metrics` repeats its last answer, so each count is waited for. */
  const refusals = new Map<string, number>();
  for (const { what, body, reason, status = 403, headers } of FORGERIES)
    test(`${what}: ${reason}`, async () => {
      const answer = await post(scene.service.url, body(), headers);
      assert.equal(answer.status, status, answer.text);
      const wanted = (refusals.get(reason) ?? 0) + 1;
      refusals.set(reason, wanted);
      const deadline = performance.now() + 30_000;
      let counted = await scene.counted(reason);
      while (counted < wanted && performance.now() < deadline) {
        await sleep(100);
        counted = await scene.counted(reason);
      }
      assert.equal(counted, wanted);
    });
});

test('none of them pushed, contacted a host outside SNS, or was counted as accepted', async () => {
  const answer = await post(
    scene.service.url,
    scene.sns.notification(chatMessage({ Content: 'genuine' }), attributes()),
  );
  assert.equal(answer.status, 200);
  await scene.service.emulator!.phone('phone').waitFor({ contains: 'genuine' });
  assert.equal(scene.service.emulator!.phone('phone').notifications.length, 1);
  assert.equal(await scene.counted('taken'), 1);
  for (const asked of scene.sns.asked)
    assert.match(asked, /^(sns\.eu-central-1\.amazonaws\.com|crt\.r2m01\.amazontrust\.com) \//);
});

test('a body above the limit is refused before it is parsed', async () => {
  const answer = await post(scene.service.url, `"${'x'.repeat(1_048_576)}"`);
  assert.equal(answer.status, 413);
});

test('a second instance of the same topic is accepted, an unconfigured topic is not', async () => {
  const second = await post(scene.service.url, genuine({}, {}, { InstanceId: 'second' }));
  assert.equal(second.status, 200, INSTANCE);
});
