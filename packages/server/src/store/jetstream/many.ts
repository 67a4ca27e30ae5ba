// The last messages of several subjects in one answer, together with the position of the replica that gave it,
// which the client's own function does not return
// (https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md, multi-get).
import { createInbox, TimeoutError, type Msg, type NatsConnection } from '@nats-io/transport-node';

interface ManyMessage {
  readonly subject: string;
  readonly seq: number;
  readonly header: NonNullable<Msg['headers']>;
  readonly data: Uint8Array;
}

export interface Many {
  readonly messages: readonly ManyMessage[];
  /** The replica's last sequence. */
  readonly upTo: number;
}

const TIMEOUT_MS = 5_000;
const END_OF_BATCH = 204;
const NOTHING = 404;
const TOO_MANY = 413;

export function askForMany(
  nats: NatsConnection,
  stream: string,
  subjects: readonly string[],
): Promise<Many | 'nothing' | 'too many'> {
  const { promise, resolve, reject } = Promise.withResolvers<Many | 'nothing' | 'too many'>();
  const messages: ManyMessage[] = [];
  const inbox = createInbox();
  const listening = nats.subscribe(inbox, {
    callback: (error, message) => (error ? reject(error) : take(message)),
  });
  const timer = setTimeout(() => reject(new TimeoutError()), TIMEOUT_MS);

  function take({ headers, data }: Msg): void {
    if (headers === undefined) return;
    if (headers.code === 0) {
      const subject = headers.get('Nats-Subject');
      messages.push({ subject, seq: Number(headers.get('Nats-Sequence')), header: headers, data });
    } else if (headers.code === END_OF_BATCH)
      resolve({ messages, upTo: Number(headers.get('Nats-UpTo-Sequence')) });
    else if (headers.code === NOTHING) resolve('nothing');
    else if (headers.code === TOO_MANY) resolve('too many');
    else reject(new Error(`JetStream answered ${headers.code} ${headers.description} to a multi-get.`));
  }

  nats.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ multi_last: subjects, batch: 1024 }), {
    reply: inbox,
  });
  return promise.finally(() => {
    clearTimeout(timer);
    listening.unsubscribe();
  });
}
