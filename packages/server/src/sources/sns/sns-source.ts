// Amazon Connect's real-time message stream, as SNS posts it.
//
//   raw? ─► envelope ─► topic of ours? ─► not too old? ─► certificate ─► signature ─► notification ─► notify ─► 200
//                                                                                 └─► confirmation ─► GET ─► 200
//
// SNS repeats what was answered with 5xx or 429 and gives up on all other refusals, so 200 comes only after the commit, 4xx
// only for what will never be right, and 5xx for everything that may be right later.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
import { verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Notify } from '../../delivery/notify.ts';
import { parseChatMessage } from './chat-message.ts';
import { parseEnvelope, signedText } from './envelope.ts';
import type { Confirmation, Envelope, Notification } from './envelope.ts';
import { createReach } from './reach.ts';
import type { OtherNetwork } from './reach.ts';
import { SnsRefusal } from './refusal.ts';
import type { RefusalReason } from './refusal.ts';
import { createSigningKeys, unavailable } from './signing-keys.ts';
import { certificateUrl, confirmationUrl, parseTopic } from './topic.ts';
import type { Topic } from './topic.ts';

/** What became of a message. `failed`: SNS will repeat it. */
export type SnsResult = 'taken' | 'confirmed' | 'unsubscribed' | 'failed' | RefusalReason;

/** Called once per message; `topicArn` where the topic is ours, `error` where it was not taken. */
export type ReportSns = (result: SnsResult, topicArn: string | undefined, error?: unknown) => void;

export interface SnsSource {
  /** Messages of Connect hold at most 16 KiB of text; SNS has them twice in JSON. */
  readonly bodyLimitBytes: number;
  /** Whose turn a message takes; throws SnsRefusal where its headers name a topic that is not ours. */
  turnOwner(headers: IncomingHttpHeaders): string;
  /**
   * Resolves when what the message leads to is on disk. Rejects with SnsRefusal for what will never be right, with other errors
   * for what SNS should repeat.
   */
  take(body: Buffer, headers: IncomingHttpHeaders): Promise<void>;
}

export interface SnsTopicSettings {
  readonly topicArn: string;
  /** The instances whose messages may come by this topic. */
  readonly instances: readonly string[];
}

export function createSnsSource(options: {
  readonly topics: readonly SnsTopicSettings[];
  readonly notify: Notify;
  readonly now: () => number;
  /** Older notifications are refused: it would not be known any more whether they came before. */
  readonly maxAgeMs: number;
  readonly report: ReportSns;
  readonly network?: OtherNetwork | undefined;
  readonly proxy?: string | undefined;
}): SnsSource {
  const { notify, now, maxAgeMs, report, network } = options;
  const topics = readTopics(options.topics);
  const reach = createReach(options);
  const signingKey = createSigningKeys({ reach, now, authorities: network?.authorities });

  async function checkSignature(envelope: Envelope, topic: Topic): Promise<void> {
    const { key } = await signingKey(topic, certificateUrl(topic, envelope.SigningCertURL));
    // Which of the two it is, is the topic's own setting (its attribute SignatureVersion); the default is still the older.
    const algorithm = envelope.SignatureVersion === '1' ? 'sha1' : 'sha256';
    const signature = Buffer.from(envelope.Signature, 'base64');
    if (!verify(algorithm, Buffer.from(signedText(envelope)), key, signature))
      throw new SnsRefusal('bad-signature');
  }

  async function takeNotification(notification: Notification, instances: ReadonlySet<string>) {
    const { instanceId, event } = parseChatMessage(notification);
    if (!instances.has(instanceId)) throw new SnsRefusal('unknown-instance');
    await notify(instanceId, [event]);
  }

  async function confirm({ SubscribeURL, Token }: Confirmation, topic: Topic): Promise<void> {
    const answer = await reach(confirmationUrl(topic, SubscribeURL, Token)).catch((error: unknown) => {
      throw unavailable('The subscription cannot be confirmed now', error);
    });
    if (answer.status >= 500 || answer.status === 429)
      throw unavailable(`The subscription cannot be confirmed now: ${topic.host} answers ${answer.status}`);
    if (answer.status !== 200)
      throw new SnsRefusal('not-confirmed', `${topic.host} answers ${answer.status}`);
  }

  async function takeEnvelope(envelope: Envelope): Promise<SnsResult> {
    const allowed = topics.get(envelope.TopicArn);
    if (allowed === undefined) throw new SnsRefusal('unknown-topic');
    // A confirmation is good for as long as SNS likes its token, and twice is as once.
    if (envelope.Type === 'Notification' && Date.parse(envelope.Timestamp) < now() - maxAgeMs)
      throw new SnsRefusal('too-old');
    await checkSignature(envelope, allowed.topic);
    switch (envelope.Type) {
      case 'Notification':
        await takeNotification(envelope, allowed.instances);
        return 'taken';
      case 'SubscriptionConfirmation':
        await confirm(envelope, allowed.topic);
        return 'confirmed';
      case 'UnsubscribeConfirmation':
        // Somebody ended the subscription. Its SubscribeURL would undo that; who ended it decides.
        return 'unsubscribed';
    }
  }

  return {
    bodyLimitBytes: 1_048_576,
    turnOwner(headers) {
      // SNS says in a header what the signed envelope says again.
      // https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html#http-header
      const topicArn = headers['x-amz-sns-topic-arn'];
      if (typeof topicArn !== 'string') return 'source sns';
      if (topics.has(topicArn)) return `source ${topicArn}`;
      const refusal = new SnsRefusal('unknown-topic');
      report(refusal.reason, undefined, refusal);
      throw refusal;
    },
    async take(body, headers) {
      let topicArn: string | undefined;
      try {
        if (headers['x-amz-sns-rawdelivery'] === 'true') throw new SnsRefusal('raw-delivery');
        const envelope = parseEnvelope(body);
        if (topics.has(envelope.TopicArn)) topicArn = envelope.TopicArn;
        report(await takeEnvelope(envelope), topicArn);
      } catch (error) {
        report(error instanceof SnsRefusal ? error.reason : 'failed', topicArn, error);
        throw error;
      }
    },
  };
}

function readTopics(settings: readonly SnsTopicSettings[]) {
  const topics = new Map<string, { readonly topic: Topic; readonly instances: ReadonlySet<string> }>();
  for (const { topicArn, instances } of settings) {
    const topic = parseTopic(topicArn);
    if (topic === undefined) throw new TypeError(`${topicArn} is not the ARN of a standard SNS topic`);
    topics.set(topicArn, { topic, instances: new Set(instances) });
  }
  return topics;
}
