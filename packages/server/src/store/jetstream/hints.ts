// Hints between nodes, as plain messages that nobody stores; those within the process do not need the server.
import type { NatsConnection } from '@nats-io/transport-node';
import { createHints } from '../hints.ts';
import type { HintKind, Store } from '../store.ts';

export interface Hints extends Pick<Store, 'onHint' | 'hint'> {
  close(): void;
}

/** The connection does not receive its own messages (`noEcho`). */
export function openHints(nats: NatsConnection, subject: string): Hints {
  const local = createHints();
  const listening = nats.subscribe(`${subject}.*`, {
    callback: (error, message) => {
      if (error === null) local.hint(message.subject.slice(subject.length + 1) as HintKind, message.string());
    },
  });
  return {
    onHint: local.onHint,
    hint(kind, id) {
      local.hint(kind, id);
      // A hint may be lost: nodes also poll.
      if (!nats.isClosed()) nats.publish(`${subject}.${kind}`, id);
    },
    close: () => listening.unsubscribe(),
  };
}
