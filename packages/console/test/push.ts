// A minimal sender of pushes: HTTP/2, and a provider token that an emulator accepts unless it is strict.
import http2 from 'node:http2';
import type { Emulator } from '@chatpush/emulator';

export const IPHONE = 'ab'.repeat(32);

export interface Sender {
  push(deviceToken: string, payload: object, headers?: Record<string, string>): Promise<Answered>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Answered {
  status: number;
  reason?: string;
}

export const alert = (title: string, body: string): object => ({ aps: { alert: { title, body } } });

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function openSender({ apns, ca, credentials }: Emulator): Sender {
  const { keyId, teamId, topic } = credentials.apns;
  const claims = { iss: teamId, iat: Math.floor(Date.now() / 1000) };
  const signature = Buffer.alloc(64).toString('base64url');
  const token = `${base64url({ alg: 'ES256', kid: keyId })}.${base64url(claims)}.${signature}`;
  const session = http2.connect(apns.url, { ca });
  session.on('error', () => undefined); // its requests fail with the same error
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  return {
    push: (deviceToken, payload, headers = {}) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': `/3/device/${deviceToken}`,
          authorization: `bearer ${token}`,
          'apns-topic': topic,
          ...headers,
        });
        let status = 0;
        let text = '';
        stream.setEncoding('utf8');
        stream.on('response', (answer) => (status = answer[':status'] ?? 0));
        stream.on('data', (chunk: string) => (text += chunk));
        stream.on('error', reject);
        stream.on('end', () =>
          resolve({ status, ...(text !== '' && (JSON.parse(text) as { reason: string })) }),
        );
        stream.end(JSON.stringify(payload));
      }),
    async [Symbol.asyncDispose]() {
      session.close();
      await closed;
    },
  };
}
