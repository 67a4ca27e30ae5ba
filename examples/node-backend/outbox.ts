// A chat backend of one's own and its outbox. A message and the wish to push it are written together; a sender takes what is
// not pushed yet, up to 500 at once, and marks it when chatpush has it on disk. It may die at any point: whatever was handed
// over and not marked is handed over again, and chatpush pushes an event once, however often it comes.
import { DatabaseSync } from 'node:sqlite';
import type { ChatEvent, ChatpushClient } from '@chatpush/client';

export interface Message {
  /** The backend's own id of the message: what makes a repeat a repeat. */
  readonly id: string;
  readonly chat: string;
  readonly from: 'AGENT' | 'CUSTOMER' | 'CUSTOM_BOT' | 'SYSTEM';
  readonly text: string;
}

/** What PutChatEvents takes at once. */
const MOST = 500;

export function openChats(path: string) {
  const database = new DatabaseSync(path);
  database.exec(`
    create table if not exists messages (
      id text primary key, chat text not null, author text not null, text text not null, at integer not null,
      pushed integer not null default 0) strict;
    create index if not exists waiting on messages (at) where pushed = 0;`);
  const insert = database.prepare('insert into messages (id, chat, author, text, at) values (?, ?, ?, ?, ?)');
  const waiting = database.prepare(`select * from messages where pushed = 0 order by at limit ${MOST}`);
  const mark = database.prepare(
    'update messages set pushed = 1 where id in (select value from json_each(?))',
  );

  return {
    write: ({ id, chat, from, text }: Message): void => void insert.run(id, chat, from, text, Date.now()),

    /** Hands over what waits, batch by batch; answers how many messages. Rejects as the client does: call it again later. */
    async push(client: Pick<ChatpushClient, 'putChatEvents'>, instanceId: string): Promise<number> {
      for (let pushed = 0; ;) {
        const rows = waiting.all();
        if (rows.length === 0) return pushed;
        const { results } = await client.putChatEvents({ instanceId, events: rows.map(toEvent) });
        // Each has been taken, whether it led to a push or not: `reason` says why one did not.
        mark.run(JSON.stringify(results.map(({ id }) => id)));
        pushed += rows.length;
      }
    },

    close: (): void => database.close(),
  };
}

function toEvent(row: Record<string, unknown>): ChatEvent {
  return {
    id: String(row['id']),
    contactId: String(row['chat']),
    type: 'MESSAGE',
    contentType: 'text/plain',
    content: String(row['text']),
    participantRole: row['author'] as Message['from'],
    // The message's own time: one that waited for an hour is an hour nearer to being too old for a push.
    absoluteTime: new Date(Number(row['at'])).toISOString(),
  };
}
