// The calls of a chat backend, signed in advance, so that benchmarks do not measure signing.
import { randomUUID } from 'node:crypto';
import type { Answer } from './connections.ts';
import { requestBytes } from './connections.ts';
import { signedHeaders } from './sign.ts';

export const TEXT = 'Hello, your parcel is on its way.';

/** Every instance has its own key, except those that the `test` key serves. */
function signedRequest(method: string, url: URL, body: string, instance: string): Buffer {
  const accessKey = instance === 'flood' ? 'flood' : 'test';
  return requestBytes(method, url, signedHeaders(method, url, body, accessKey), body);
}

/** As an AWS SDK sends it, including a ClientToken. */
export function registration(
  service: string,
  {
    contactId,
    device,
    deviceType = 'APNS',
    instance = 'bench',
    application = 'bench',
  }: {
    readonly contactId: string;
    readonly device: number;
    readonly deviceType?: string;
    readonly instance?: string;
    readonly application?: string;
  },
): Buffer {
  return signedRequest(
    'PUT',
    new URL(`/push-notification/${instance}/registrations`, service),
    JSON.stringify({
      ClientToken: randomUUID(),
      PinpointAppArn: `arn:aws:mobiletargeting:eu-central-1:000000000000:apps/${application}`,
      DeviceToken: device.toString(16).padStart(64, '0'),
      DeviceType: deviceType,
      ContactConfiguration: { ContactId: contactId, IncludeRawMessage: true },
    }),
    instance,
  );
}

export interface Message {
  readonly id: string;
  readonly contactId: string;
  readonly text?: string;
  readonly contentType?: string;
}

export function chatEvents(service: string, messages: readonly Message[], instance = 'bench'): Buffer {
  return signedRequest(
    'PUT',
    new URL(`/chat-events/${instance}`, service),
    JSON.stringify({
      Events: messages.map(({ id, contactId, text = TEXT, contentType = 'text/plain' }) => ({
        Id: id,
        ContactId: contactId,
        Type: 'MESSAGE',
        ContentType: contentType,
        Content: text,
        ParticipantRole: 'AGENT',
      })),
    }),
    instance,
  );
}

/** Throws unless every event of the call was accepted for exactly one device. */
export function checkAccepted({ status, body }: Answer, events: number): void {
  if (status !== 200) throw new Error(`PutChatEvents: ${status} ${body.slice(0, 500)}`);
  const { Results } = JSON.parse(body) as { Results: { Deliveries: number; Reason?: string }[] };
  const odd = Results.find((result) => result.Deliveries !== 1 || result.Reason !== undefined);
  if (odd !== undefined || Results.length !== events)
    throw new Error(`PutChatEvents: ${Results.length} results, ${JSON.stringify(odd)}`);
}
