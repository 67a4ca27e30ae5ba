// Derived from a topic's ARN: the one host that its messages may refer to.
import { SnsRefusal } from './refusal.ts';

export interface Topic {
  readonly arn: string;
  readonly region: string;
  /** Where its certificates are, and where subscriptions are confirmed. */
  readonly host: string;
}

/** Only standard topics: Amazon Connect streams to no others. */
const ARN = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w-]{1,256}$/;

export function parseTopic(arn: string): Topic | undefined {
  const [, partition, region] = ARN.exec(arn) ?? [];
  if (region === undefined) return undefined;
  return { arn, region, host: `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}` };
}

/** The address of a certificate. Throws for any that SNS would not use. */
export function certificateUrl(topic: Topic, text: string): URL {
  const url = urlOn(topic, text);
  if (!/^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/.test(url.pathname) || url.search !== '')
    throw new SnsRefusal('foreign-address', 'SigningCertURL does not have SNS’s path');
  return url;
}

/** The address that confirms a subscription. Throws unless it does only that. */
export function confirmationUrl(topic: Topic, text: string, token: string): URL {
  const url = urlOn(topic, text);
  const says = (name: string, value: string): boolean => url.searchParams.get(name) === value;
  const confirms =
    says('Action', 'ConfirmSubscription') && says('TopicArn', topic.arn) && says('Token', token);
  if (url.pathname !== '/' || url.searchParams.size !== 3 || !confirms)
    throw new SnsRefusal('foreign-address', 'SubscribeURL does not confirm this subscription');
  return url;
}

function urlOn({ host }: Topic, text: string): URL {
  const url = URL.parse(text);
  // `origin` contains a port other than the default, and no user: `https://sns.…@elsewhere/` has another host.
  if (url?.origin === `https://${host}` && url.username === '' && url.password === '' && url.hash === '')
    return url;
  throw new SnsRefusal('foreign-address', `it must be https://${host}/…`);
}
