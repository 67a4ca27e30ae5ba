// One message, or several as an atomic batch
// (https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-50.md): only the last one is answered.
import { JetStreamApiError } from '@nats-io/jetstream';
import type { ApiError } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';

export interface Outgoing {
  readonly subject: string;
  readonly text?: string | undefined;
  readonly headers: MsgHdrs;
}

interface Acknowledgement {
  readonly seq: number;
  readonly error?: ApiError;
}

/** Longer than the election of a leader takes. */
const TIMEOUT_MS = 6_000;

/** The sequence of the message. Rejects with JetStreamApiError if the server refuses it. */
export async function publishAlone(
  nats: NatsConnection,
  { subject, text = '', headers }: Outgoing,
): Promise<number> {
  const answer = await nats.request(subject, text, { headers, timeout: TIMEOUT_MS });
  const { seq, error } = answer.json<Acknowledgement>();
  if (error) throw new JetStreamApiError(error);
  return seq;
}

/** The sequence of the last message; the others have those before it. */
export function publishBatch(
  nats: NatsConnection,
  messages: readonly Outgoing[],
  id: string,
): Promise<number> {
  for (const [index, message] of messages.entries()) {
    const { subject, text = '', headers } = message;
    headers.set('Nats-Batch-Id', id);
    headers.set('Nats-Batch-Sequence', String(index + 1));
    if (index < messages.length - 1) nats.publish(subject, text, { headers });
    else headers.set('Nats-Batch-Commit', '1');
  }
  return publishAlone(nats, messages.at(-1)!);
}
