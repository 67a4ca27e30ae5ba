// A chat backend with a transactional outbox. A message and its pending push are written in one transaction. A sender reads up to
// 500 pending messages at a time and marks them once chatpush has them on disk. It may crash at any point: unmarked messages are
// sent again, and chatpush pushes an event only once. A message that chatpush will never accept is set aside with the reason and
// does not block the others.
import { DatabaseSync } from 'node:sqlite';
import { ChatpushError, InvalidParameterException } from '@chatpush/client';
import type { ChatEvent, ChatpushClient } from '@chatpush/client';

export interface Message {
  /** The backend's own id of the message, which identifies duplicates. */
  readonly id: string;
  readonly chat: string;
  readonly from: 'AGENT' | 'CUSTOMER' | 'CUSTOM_BOT' | 'SYSTEM';
  readonly text: string;
}

/** The limit of PutChatEvents; for bytes a tenth of it, because proxies often accept no more (nginx: 1 MiB by default). */
const MOST = { events: 500, bytes: 1_000_000 };
/** The longest text; a phone shows far less. */
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

    /**
     * Sends the pending messages batch by batch and returns their number. Rejects with the client's error: call it again later.
     */
    async push(client: Pick<ChatpushClient, 'putChatEvents'>, instanceId: string): Promise<number> {
      let pushed = 0;
      const handOver = async (events: ChatEvent[]): Promise<void> => {
        const { results } = await client.putChatEvents({ instanceId, events });
        // Every event is accepted, even if it leads to no push; `reason` says why.
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
          // One invalid message fails its whole batch, so send each alone.
          for (const event of events)
            await handOver([event]).catch((refusal: unknown) => {
              if (!isOfTheMessages(refusal)) throw refusal;
              setAside.run(refusal.message, event.id);
              console.error(`Message ${event.id} was refused and is set aside: ${refusal.message}`);
            });
        }
      }
    },

    close: (): void => database.close(),
  };
}

/**
 * Invalid or oversized input would be refused again. A wrong key, throttling or an unavailable service is not the message's
 * fault.
 */
const isOfTheMessages = (error: unknown): error is ChatpushError =>
  error instanceof InvalidParameterException || (error instanceof ChatpushError && error.status === 413);

/** As many as fit, and at least one. */
function oneBatch(events: ChatEvent[]): ChatEvent[] {
  let bytes = 0;
  const tooMany = events.findIndex(
    (event) => (bytes += Buffer.byteLength(JSON.stringify(event))) > MOST.bytes,
  );
  return tooMany < 0 ? events : events.slice(0, Math.max(1, tooMany));
}

/** Cuts the text to a number of UTF-8 bytes without splitting a character. */
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
    // The message's own time: an hour in the outbox counts towards its time to live.
    absoluteTime: new Date(Number(row['at'])).toISOString(),
  };
}
