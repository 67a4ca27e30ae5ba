// A fake Amazon SNS, as documented: hosts with certificates, messages signed in both versions, posted and retried. It shares no
// code with the source under test; the order of the signed members is repeated here.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
import { randomBytes, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { Agent as PlainAgent, createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OtherNetwork } from '../../src/sources/sns/reach.ts';
import { createAuthority } from './authority.ts';
import type { Authority } from './authority.ts';

export const REGION = 'eu-central-1';
export const HOST = `sns.${REGION}.amazonaws.com`;
export const TOPIC = `arn:aws:sns:${REGION}:123456789012:chat`;
const ISSUER_AT = 'http://crt.r2m01.amazontrust.com/r2m01.cer';

export type Fields = Record<string, unknown>;

export interface PublishedBy {
  readonly version?: '1' | '2';
  readonly key?: KeyObject;
  readonly certificateUrl?: string;
  /** Changes the message before it is signed, and after. */
  readonly before?: Fields;
  readonly after?: Fields;
}

export interface StandInSns {
  readonly network: Required<OtherNetwork>;
  /** The real address of its HTTPS host, on 127.0.0.1. */
  readonly port: number;
  /** The root that the service trusts, the intermediate CA, and the current leaf. */
  readonly root: Authority;
  readonly between: Authority;
  readonly leaf: Authority;
  /** The requests to its hosts, as `host path`. */
  readonly asked: string[];
  /** Puts a file on its HTTPS host and returns its URL. */
  serve(pem: string | Handler): string;
  /** The host's answer to a confirmation. Default 200. */
  confirmation: { status: number };
  /** A signed notification of a chat message, as its posted body. */
  notification(message: Fields, attributes?: Record<string, string>, by?: PublishedBy): Fields;
  confirmationRequest(type?: string, by?: PublishedBy): Fields;
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const SIGNED_OF: Record<string, string[]> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: 'Message MessageId SubscribeURL Timestamp Token TopicArn Type'.split(' '),
  UnsubscribeConfirmation: 'Message MessageId SubscribeURL Timestamp Token TopicArn Type'.split(' '),
};

/** `now` is the time of its messages and of the certificates that sign them; default: the real one. */
export async function startStandInSns(now: () => number = Date.now): Promise<StandInSns> {
  const root = createAuthority('Stand-in Root', now());
  const between = root.issue({ name: 'Stand-in RSA 2048 M01', isAuthority: true });
  const leaf = between.issue({ name: 'sns.amazonaws.com', issuerAt: ISSUER_AT });
  // OpenSSL checks the host's certificate against the machine's clock, not the test's.
  const webRoot = createAuthority('Stand-in Web Root', Date.now());
  const tls = webRoot.issue({ name: HOST, hosts: [HOST, 'sns.eu-west-1.amazonaws.com'] });

  const asked: string[] = [];
  const files = new Map<string, string | Handler>();
  const confirmation = { status: 200 };
  const answer: Handler = (request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    const file = files.get(request.url ?? '');
    if (typeof file === 'function') return file(request, response);
    if (request.url?.startsWith('/?Action=ConfirmSubscription')) response.statusCode = confirmation.status;
    else if (file === undefined) response.statusCode = 404;
    response.end(file ?? '<ConfirmSubscriptionResponse/>');
  };
  const secure = createTlsServer({ key: tls.key.export({ type: 'pkcs8', format: 'pem' }), cert: tls.pem });
  secure.on('request', answer);
  const plain = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    response.end(between.der);
  });
  for (const server of [secure, plain]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  /** Every name resolves to this host. */
  const agent = new (class extends Agent {
    override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
      const here = { ...options, host: '127.0.0.1', port: portOf(secure) };
      return super.createConnection(here, callback);
    }
  })();
  const plainAgent = new (class extends PlainAgent {
    override createConnection(...[options, callback]: Parameters<PlainAgent['createConnection']>) {
      return super.createConnection({ ...options, host: '127.0.0.1', port: portOf(plain) }, callback);
    }
  })();

  const serve = (file: string | Handler): string => {
    const path = `/SimpleNotificationService-${randomBytes(16).toString('hex')}.pem`;
    files.set(path, file);
    return `https://${HOST}${path}`;
  };
  const ownUrl = serve(leaf.pem);

  const signed = (
    fields: Fields,
    { version = '1', key = leaf.key, certificateUrl = ownUrl, ...by }: PublishedBy,
  ) => {
    const message: Fields = { ...fields, ...by.before };
    const text = SIGNED_OF[String(fields['Type'])]!.filter((name) => message[name] !== undefined)
      .map((name) => `${name}\n${String(message[name])}\n`)
      .join('');
    const signature = sign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(text), key);
    return {
      ...message,
      SignatureVersion: version,
      Signature: signature.toString('base64'),
      SigningCertURL: certificateUrl,
      ...by.after,
    };
  };

  return {
    network: { authorities: [root.pem, webRoot.pem], agent, plainAgent },
    port: portOf(secure),
    root,
    between,
    leaf,
    asked,
    serve,
    confirmation,
    notification: (message, attributes = {}, by = {}) =>
      signed(
        {
          Type: 'Notification',
          MessageId: randomUUID(),
          TopicArn: TOPIC,
          Message: JSON.stringify(message),
          Timestamp: new Date(now()).toISOString(),
          UnsubscribeURL: `https://${HOST}/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:1`,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, Value]) => [name, { Type: 'String', Value }]),
          ),
        },
        by,
      ),
    confirmationRequest: (type = 'SubscriptionConfirmation', by = {}) => {
      const Token = randomBytes(64).toString('hex');
      return signed(
        {
          Type: type,
          MessageId: randomUUID(),
          TopicArn: TOPIC,
          Token,
          Message: `You have chosen to subscribe to the topic ${TOPIC}.`,
          SubscribeURL: `https://${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${Token}`,
          Timestamp: new Date(now()).toISOString(),
        },
        by,
      );
    },
    close: async () => {
      agent.destroy();
      plainAgent.destroy();
      for (const server of [secure, plain]) {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

/** Posts once, like SNS. */
export async function post(
  url: string,
  body: Fields | string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(new URL('/sources/sns', url), {
    method: 'POST',
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
      ...(typeof body === 'object' && { 'x-amz-sns-message-type': String(body['Type']) }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}
