// Reading one stream. Reads that decide something go to the stream's leader; a message with a given sequence never
// changes, so any replica may return it.
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../store.ts';
import type { Connected } from './connect.ts';
import { isGone, isNothing, isSilence, toStoreError } from './faults.ts';
import { askForMany } from './many.ts';
import type { Leader } from './leader.ts';
import { toFound, type Found } from './message.ts';

/** Part of a stream. */
interface Part<Head> {
  readonly found: readonly Found<Head>[];
  /** Its last sequence; absent if nothing is left. */
  readonly end: number | undefined;
}

export interface Reads {
  /** The last message of a subject, from the leader: sees every write that was answered before. */
  last<Head>(subject: string): Promise<Found<Head> | undefined>;
  /** The message with this sequence; undefined if the replica no longer has it, or does not have it yet. */
  at<Head>(sequence: number): Promise<Found<Head> | undefined>;
  /** The messages of subjects (with wildcards), from any replica that has reached `least`. */
  list<Head>(subjects: readonly string[], least: number): Promise<Found<Head>[]>;
  /** The last messages of many subjects (without wildcards), from a replica that has reached `least`. */
  lastOf<Head>(subjects: readonly string[], least: number): Promise<Found<Head>[]>;
  /** Messages from a sequence on, oldest first, from any replica. */
  page<Head>(subject: string, from: number, limit: number): Promise<Part<Head>>;
  /** Removes the message with this sequence; false: it is gone, or was overwritten. */
  remove(sequence: number): Promise<boolean>;
}

/** Subjects per request: an answer has room for 1,024, a request for 1 MB. */
const MANY = 500;

/** How far a replica may lag, and how often it is asked. */
const BEHIND = { tries: 100, everyMs: 20 } as const;

export function createReads(
  { nats, manager }: Pick<Connected, 'nats' | 'manager'>,
  stream: string,
  leader?: Leader,
): Reads {
  async function told<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async function last<Head>(subject: string): Promise<Found<Head> | undefined> {
    const message = await manager.streams
      .getMessage(stream, { last_by_subj: subject })
      .catch((error: unknown) => {
        if (isSilence(error)) leader?.silent();
        throw error;
      });
    leader?.answered();
    return message === null ? undefined : toFound<Head>(message);
  }

  async function page<Head>(subject: string, from: number, limit: number): Promise<Part<Head>> {
    const found: Found<Head>[] = [];
    let end: number | undefined;
    try {
      const batch = await manager.direct.getBatch(stream, { seq: from, batch: limit, next_by_subj: subject });
      for await (const message of batch) {
        end = message.seq;
        const one = toFound<Head>(message);
        if (one) found.push(one);
      }
    } catch (error) {
      if (!isNothing(error)) throw error;
    }
    return { found, end };
  }

  /** One answer has room for 1,024 messages; more come page by page, from any replica. */
  async function listPages<Head>(subject: string): Promise<Found<Head>[]> {
    const all: Found<Head>[] = [];
    for (let from = 1; ;) {
      const { found, end } = await page<Head>(subject, from, 1_000);
      all.push(...found);
      if (end === undefined) return all;
      from = end + 1;
    }
  }

  async function list<Head>(
    subjects: readonly string[],
    least: number,
    kind: 'wildcards' | 'literal' = 'wildcards',
  ): Promise<Found<Head>[]> {
    for (let tried = 0; tried < BEHIND.tries; tried++) {
      if (tried > 0) await sleep(BEHIND.everyMs);
      const answer = await askForMany(nats, stream, subjects);
      if (answer === 'too many')
        return (await Promise.all(subjects.map((one) => listPages<Head>(one)))).flat();
      if (answer === 'nothing') {
        // It does not report its position, so the leader must.
        const there = await Promise.all(subjects.map((subject) => last<Head>(subject)));
        const found = there.filter((one) => one !== undefined);
        if (found.length === 0 || kind === 'literal') return found;
      } else if (answer.upTo >= least)
        return answer.messages.flatMap((message) => toFound<Head>(message) ?? []);
    }
    throw new StoreUnavailableError(`The replicas of ${stream} are too far behind their leader.`);
  }

  return {
    last: (subject) => told(() => last(subject)),
    at: (sequence) =>
      told(async () => {
        const message = await manager.direct.getMessage(stream, { seq: sequence });
        return message === null ? undefined : toFound(message);
      }),
    lastOf: (subjects, least) =>
      told(async () => {
        const parts = Array.from({ length: Math.ceil(subjects.length / MANY) }, (_, part) =>
          list<never>(subjects.slice(part * MANY, (part + 1) * MANY), least, 'literal'),
        );
        return (await Promise.all(parts)).flat();
      }),
    list: (subjects, least) => told(() => list(subjects, least)),
    page: (subject, from, limit) => told(() => page(subject, from, limit)),
    remove: (sequence) =>
      told(async () => {
        try {
          return await manager.streams.deleteMessage(stream, sequence);
        } catch (error) {
          if (isGone(error)) return false;
          throw error;
        }
      }),
  };
}
