// Amazon Connect's real-time message stream, as SNS posts it.
//
//   raw? ─► envelope ─► topic of ours? ─► not too old? ─► certificate ─► signature ─► notification ─► notify ─► 200
//                                                                                 └─► confirmation ─► GET ─► 200
//
// SNS repeats a message after 5xx or 429 and gives up after any other refusal. So the answer is 200 only after the
// commit, 4xx only for messages that can never be accepted, and 5xx for all that may be accepted later.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
import { verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Notify } from '../../delivery/notify.ts';
import { parseChatMessage } from './chat-message.ts';
import { parseEnvelope, signedText } from './envelope.ts';
import type { Confirmation, Envelope, Notification } from './envelope.ts';
import { createReach } from './reach.ts';
import type { OtherNetwork, Reach } from './reach.ts';
import { SnsRefusal } from './refusal.ts';
import type { RefusalReason } from './refusal.ts';
import { createSigningKeys, unavailable } from './signing-keys.ts';
import { createStandIn } from './stand-in.ts';
import type { StandIn } from './stand-in.ts';
import { certificateUrl, confirmationUrl, parseTopic } from './topic.ts';
import type { Topic } from './topic.ts';

/** The result of a message. `failed`: SNS will repeat it. */
export type SnsResult = 'taken' | 'confirmed' | 'unsubscribed' | 'failed' | RefusalReason;

/** Called once per message; `topicArn` if the topic is ours, `error` if it was not accepted. */
export type ReportSns = (result: SnsResult, topicArn: string | undefined, error?: unknown) => void;

export interface SnsSource {
  /** Connect's messages have at most 16 KiB of text, which SNS encodes as JSON twice. */
  readonly bodyLimitBytes: number;
  /** Whose turn a message uses; throws SnsRefusal if its headers name a topic that is not ours. */
  turnOwner(headers: IncomingHttpHeaders): string;
  /**
   * Resolves when the effects of the message are on disk. Rejects with SnsRefusal for messages that can never be
   * accepted, with other errors for those that SNS should repeat.
   */
  take(body: Buffer, headers: IncomingHttpHeaders): Promise<void>;
}

export interface SnsTopicSettings {
  readonly topicArn: string;
  /** The instances whose messages this topic may carry. */
  readonly instances: readonly string[];
  /** Base URL of the server that replaces SNS, in development. */
  readonly endpoint?: string;
  readonly signatures?: 'checked' | 'ignored';
}

interface AllowedTopic {
  readonly topic: Topic;
  readonly instances: ReadonlySet<string>;
  readonly standIn: StandIn | undefined;
}

export function createSnsSource(options: {
  readonly topics: readonly SnsTopicSettings[];
  readonly notify: Notify;
  readonly now: () => number;
  /** Older notifications are refused, because a repeat could no longer be recognized. */
  readonly maxAgeMs: number;
  readonly report: ReportSns;
  readonly network?: OtherNetwork | undefined;
  readonly proxy?: string | undefined;
}): SnsSource {
  const { notify, now, maxAgeMs, report, network } = options;
  const reach = createReach(options);
  const topics = readTopics(options.topics, createReach({ isAnywhere: true }));
  const signingKey = createSigningKeys({ reach, now, authorities: network?.authorities });

  async function checkSignature(envelope: Envelope, { topic, standIn }: AllowedTopic): Promise<void> {
    if (standIn?.isUnsigned === true) return;
    const key = standIn
      ? await standIn.key(envelope.SigningCertURL)
      : (await signingKey(topic, certificateUrl(topic, envelope.SigningCertURL))).key;
    // The topic's attribute SignatureVersion decides which of the two it is; the default is still the older one.
    const algorithm = envelope.SignatureVersion === '1' ? 'sha1' : 'sha256';
    const signature = Buffer.from(envelope.Signature, 'base64');
    if (!verify(algorithm, Buffer.from(signedText(envelope)), key, signature))
      throw new SnsRefusal('bad-signature');
  }

  async function takeNotification(notification: Notification, { instances, standIn }: AllowedTopic) {
    const { instanceId, event } = parseChatMessage(standIn?.completed(notification) ?? notification);
    if (!instances.has(instanceId)) throw new SnsRefusal('unknown-instance');
    await notify(instanceId, [event]);
  }

  async function confirm({ SubscribeURL, Token }: Confirmation, { topic, standIn }: AllowedTopic) {
    const asked = standIn ? standIn.get(SubscribeURL) : reach(confirmationUrl(topic, SubscribeURL, Token));
    const answer = await asked.catch((error: unknown) => {
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
    // A confirmation is valid for as long as SNS accepts its token, and confirming twice is harmless.
    if (envelope.Type === 'Notification' && Date.parse(envelope.Timestamp) < now() - maxAgeMs)
      throw new SnsRefusal('too-old');
    await checkSignature(envelope, allowed);
    switch (envelope.Type) {
      case 'Notification':
        await takeNotification(envelope, allowed);
        return 'taken';
      case 'SubscriptionConfirmation':
        await confirm(envelope, allowed);
        return 'confirmed';
      case 'UnsubscribeConfirmation':
        // Somebody ended the subscription. Its SubscribeURL would undo that, which is not for us to decide.
        return 'unsubscribed';
    }
  }

  return {
    bodyLimitBytes: 1_048_576,
    turnOwner(headers) {
      // SNS repeats a value of the signed envelope in a header.
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
        const envelope = parseEnvelope(body, (arn) => topics.get(arn)?.standIn?.isUnsigned === true);
        if (topics.has(envelope.TopicArn)) topicArn = envelope.TopicArn;
        report(await takeEnvelope(envelope), topicArn);
      } catch (error) {
        report(error instanceof SnsRefusal ? error.reason : 'failed', topicArn, error);
        throw error;
      }
    },
  };
}

function readTopics(settings: readonly SnsTopicSettings[], reach: Reach): Map<string, AllowedTopic> {
  const topics = new Map<string, AllowedTopic>();
  for (const { topicArn, instances, endpoint, signatures } of settings) {
    const topic = parseTopic(topicArn);
    if (topic === undefined) throw new TypeError(`${topicArn} is not the ARN of a standard SNS topic`);
    const standIn =
      endpoint === undefined
        ? undefined
        : createStandIn({
            endpoint,
            region: topic.region,
            reach,
            isUnsigned: signatures === 'ignored',
            instances,
          });
    topics.set(topicArn, { topic, instances: new Set(instances), standIn });
  }
  return topics;
}
