// The JSON that SNS posts, and the text that it signs.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
import { SnsRefusal } from './refusal.ts';

interface Signed {
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  /** ISO 8601. */
  readonly Timestamp: string;
  readonly SignatureVersion: '1' | '2';
  /** Base64. */
  readonly Signature: string;
  readonly SigningCertURL: string;
}

export interface Notification extends Signed {
  readonly Type: 'Notification';
  readonly Subject?: string;
  /** By name. The signature does not cover them. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface Confirmation extends Signed {
  readonly Type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly Token: string;
  readonly SubscribeURL: string;
}

export type Envelope = Notification | Confirmation;

/** The signed members, in order. Subject only if there is one. */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** The signed text: each name and value on its own line, the last one terminated, too. */
export function signedText(envelope: Envelope): string {
  const values: Readonly<Record<string, unknown>> = { ...envelope };
  return SIGNED[envelope.Type]
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}\n${String(values[name])}\n`)
    .join('');
}

const NAMES = ['MessageId', 'TopicArn', 'Message', 'Timestamp'];
const SIGNATURE = ['SignatureVersion', 'Signature', 'SigningCertURL'];

/**
 * Throws for anything that SNS would not have sent. SNS sends `text/plain`, so the content type is not checked.
 * `mayBeUnsigned`: whether the messages of a topic need no signature.
 */
export function parseEnvelope(
  body: Buffer,
  mayBeUnsigned: (topicArn: string) => boolean = () => false,
): Envelope {
  const value = parseObject(body.toString(), 'not-sns');
  const { Type: type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(SIGNED, type))
    throw new SnsRefusal('not-sns', 'Type is not a type of SNS');
  const isNotification = type === 'Notification';
  const isUnsigned = mayBeUnsigned(String(value['TopicArn']));
  const lacking = [
    ...NAMES,
    ...(isUnsigned ? [] : SIGNATURE),
    ...(isNotification ? [] : ['Token', 'SubscribeURL']),
  ].filter((name) => typeof value[name] !== 'string');
  if (lacking.length > 0) throw new SnsRefusal('not-sns', `it has no ${lacking.join(', ')}`);
  if (!isUnsigned && value['SignatureVersion'] !== '1' && value['SignatureVersion'] !== '2')
    throw new SnsRefusal('not-sns', 'SignatureVersion is neither 1 nor 2');
  if (Number.isNaN(Date.parse(String(value['Timestamp']))))
    throw new SnsRefusal('not-sns', 'Timestamp is not a time');
  if (!isNotification) return value as unknown as Confirmation;
  const { Subject } = value;
  if (Subject !== undefined && Subject !== null && typeof Subject !== 'string')
    throw new SnsRefusal('not-sns', 'Subject is not a text');
  return {
    ...(value as unknown as Notification),
    Subject: Subject ?? undefined,
    attributes: readAttributes(value['MessageAttributes']),
  };
}

function readAttributes(value: unknown): Map<string, string> {
  const attributes = new Map<string, string>();
  if (typeof value !== 'object' || value === null) return attributes;
  for (const [name, attribute] of Object.entries(value)) {
    const text = (attribute as { Value?: unknown } | null)?.Value;
    if (typeof text === 'string') attributes.set(name, text);
  }
  return attributes;
}

/** A JSON object; anything else is refused with this reason. */
export function parseObject(text: string, reason: 'no-chat-message' | 'not-sns'): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SnsRefusal(reason, 'it is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SnsRefusal(reason, 'it is not a JSON object');
  return value as Record<string, unknown>;
}
