// A chat backend and its outbox. A message and the wish to push it are written together; a sender takes what is
// not pushed yet, up to 500 at once, and marks it when chatpush has it on disk. It may die at any point: whatever was handed
// over and not marked is handed over again, and chatpush pushes an event once, however often it comes. A message that chatpush
// will never take is set aside, with the reason, and holds up none behind it.
import { DatabaseSync } from 'node:sqlite';
import { ChatpushError, InvalidParameterException } from '@chatpush/client';
import type { ChatEvent, ChatpushClient } from '@chatpush/client';

export interface Message {
  /** The backend's own id of the message: what makes a repeat a repeat. */
  readonly id: string;
  readonly chat: string;
  readonly from: 'AGENT' | 'CUSTOMER' | 'CUSTOM_BOT' | 'SYSTEM';
  readonly text: string;
}

/** What PutChatEvents takes at once; and of bytes a tenth, because proxies often take no more (nginx by default 1 MiB). */
const MOST = { events: 500, bytes: 1_000_000 };
/** Of one text; a phone shows far less. */
const MOST_TEXT_BYTES = 16_384;

export function openChats(path: string) {
  const database = new DatabaseSync(path);
  database.exec(`
    create table if not exists messages (
      id text primary key, chat text not null, author text not null, text text not null, at integer not null,
      pushed integer not null default 0, refused text) strict;
    create index if not exists waiting on messages (at) where pushed = 0 and refused is null;`);
  const insert = database.prepare('insert into messages (id, chat, author, text, at) values (?, ?, ?, ?, ?)');
  const waiting = database.prepare(
    `select * from messages where pushed = 0 and refused is null order by at limit ${MOST.events}`,
  );
  const mark = database.prepare(
    'update messages set pushed = 1 where id in (select value from json_each(?))',
  );
  const setAside = database.prepare('update messages set refused = ? where id = ?');

  return {
    write: ({ id, chat, from, text }: Message): void => void insert.run(id, chat, from, text, Date.now()),

    /** Hands over what waits, batch by batch; answers how many messages. Rejects as the client does: call it again later. */
    async push(client: Pick<ChatpushClient, 'putChatEvents'>, instanceId: string): Promise<number> {
      let pushed = 0;
      const handOver = async (events: ChatEvent[]): Promise<void> => {
        const { results } = await client.putChatEvents({ instanceId, events });
        // Each has been taken, whether it led to a push or not: `reason` says why one did not.
        mark.run(JSON.stringify(results.map(({ id }) => id)));
        pushed += events.length;
      };
      for (;;) {
        const events = oneBatch(waiting.all().map(toEvent));
        if (events.length === 0) return pushed;
        try {
          await handOver(events);
        } catch (error) {
          if (!isOfTheMessages(error)) throw error;
          // One message spoils its whole batch, so each goes alone.
          for (const event of events)
            await handOver([event]).catch((refusal: unknown) => {
              if (!isOfTheMessages(refusal)) throw refusal;
              setAside.run(refusal.message, event.id);
              console.error(`Message ${event.id} is not pushed, and set aside: ${refusal.message}`);
            });
        }
      }
    },

    close: (): void => database.close(),
  };
}

/** Bad input, or too much of it, would be refused again. A wrong key, too many calls or a service away are no message's fault. */
const isOfTheMessages = (error: unknown): error is ChatpushError =>
  error instanceof InvalidParameterException || (error instanceof ChatpushError && error.status === 413);

/** As many as fit, and one at least. */
function oneBatch(events: ChatEvent[]): ChatEvent[] {
  let bytes = 0;
  const tooMany = events.findIndex(
    (event) => (bytes += Buffer.byteLength(JSON.stringify(event))) > MOST.bytes,
  );
  return tooMany < 0 ? events : events.slice(0, Math.max(1, tooMany));
}

/** At most so many bytes as UTF-8, and no half of a character. */
const cut = (text: string, bytes: number): string =>
  text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);

function toEvent(row: Record<string, unknown>): ChatEvent {
  return {
    id: String(row['id']),
    contactId: String(row['chat']),
    type: 'MESSAGE',
    contentType: 'text/plain',
    content: cut(String(row['text']), MOST_TEXT_BYTES),
    participantRole: row['author'] as Message['from'],
    // The message's own time: one that waited for an hour is an hour nearer to being too old for a push.
    absoluteTime: new Date(Number(row['at'])).toISOString(),
  };
}
