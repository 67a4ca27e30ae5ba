// Writing to one stream. Writes that arrive while a batch is in progress become the next batch: the stream accepts
// 25 times as many messages in batches of 500 as one by one (docs/decisions/0008).
//
//   write ─► waits ─► batch ─► written ──────────────────────────► each unit: its sequences
//              ▲        │
//              │        └ an expectation failed: nothing of it is written. Every unit is checked by itself:
//              └────────── still as expected ◄──┴──► not: `found` says what is there instead
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { isConflict, isNotTaken, isSilence, toStoreError } from './faults.ts';
import type { Leader } from './leader.ts';
import { headerOf, type Found, type NewMessage } from './message.ts';
import { publishAlone, publishBatch, type Outgoing } from './publish.ts';
import type { Reads } from './reads.ts';

/**
 * A unit is written as a whole or not at all. `found`: what is currently stored where each message was to go, in
 * order.
 */
export type Written =
  | { readonly sequences: readonly number[] }
  | { readonly found: readonly (Found<unknown> | undefined)[] };

export interface Writer {
  write(unit: readonly NewMessage[]): Promise<Written>;
  /** The last sequence that was answered. */
  readonly last: number;
}

/** Maximum messages of a unit, and of a batch. The server accepts 1,000, of which one is the tip. */
export const UNIT_MESSAGES = 999;
const BATCH_BYTES = 1024 * 1024;
/** Concurrent batches. The server refuses a 51st, counted over all nodes. */
const AT_ONCE = 3;
/** How long a stream may be without a leader before callers get an error. */
const LEADERLESS = { forMs: 5_000, everyMs: 100 } as const;

interface Waiting {
  readonly unit: readonly NewMessage[];
  readonly bytes: number;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** `closing`: written after a batch, if wanted. */
export function createWriter(options: {
  readonly nats: NatsConnection;
  readonly reads: Reads;
  readonly leader: Leader;
  readonly closing?: (subjects: readonly string[]) => NewMessage | undefined;
}): Writer {
  const { nats, reads, leader, closing } = options;
  let waiting: Waiting[] = [];
  /** Subjects that are being written: a second write would fail because of the first. */
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  let last = 0;
  let isPlanned = false;

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    // After this turn's microtasks: everything they write belongs together.
    setImmediate(() => {
      isPlanned = false;
      while (running.size < AT_ONCE) {
        const batch = takeBatch();
        if (batch.length === 0) return;
        const run = send(batch).finally(() => {
          for (const { unit } of batch) for (const { subject } of unit) busy.delete(subject);
          running.delete(run);
          plan();
        });
        running.add(run);
      }
    });
  }

  /**
   * The next batch, in order of arrival. A unit that would conflict with one in progress stays, and so does
   * everything behind it.
   */
  function takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const passed = new Set<string>();
    let messages = 0;
    let bytes = 0;
    for (const one of waiting) {
      const isFree = one.unit.every(({ subject }) => !busy.has(subject) && !passed.has(subject));
      const fits =
        batch.length === 0 ||
        (messages + one.unit.length <= UNIT_MESSAGES && bytes + one.bytes <= BATCH_BYTES);
      if (isFree && fits) {
        batch.push(one);
        messages += one.unit.length;
        bytes += one.bytes;
        for (const { subject } of one.unit) busy.add(subject);
      } else {
        left.push(one);
        for (const { subject } of one.unit) passed.add(subject);
      }
    }
    waiting = left;
    return batch;
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      const sequences = await publish(batch.flatMap(({ unit }) => unit));
      if (sequences === 'conflict') return await sendApart(batch);
      let at = 0;
      for (const { unit, resolve } of batch) resolve({ sequences: sequences.slice(at, (at += unit.length)) });
    } catch (error) {
      for (const { reject } of batch) reject(toStoreError(error));
    }
  }

  /** Nothing was written: units whose expectation fails are told so, and the rest is written again. */
  async function sendApart(batch: readonly Waiting[]): Promise<void> {
    const rest: Waiting[] = [];
    await Promise.all(
      batch.map(async (one) => {
        const found = await Promise.all(
          one.unit.map(async ({ subject, expected }) => expected && reads.last(subject)),
        );
        const holds = one.unit.every(
          ({ expected }, index) =>
            expected === undefined || (found[index]?.sequence ?? 0) === expected.sequence,
        );
        if (holds) rest.push(one);
        else one.resolve({ found });
      }),
    );
    if (rest.length === 0) return;
    // The conflicting message was not visible yet.
    if (rest.length === batch.length) await sleep(5 + Math.random() * 20);
    await send(rest);
  }

  async function publish(unit: readonly NewMessage[]): Promise<readonly number[] | 'conflict'> {
    const end = closing?.(unit.map(({ subject }) => subject));
    const messages = (end ? [...unit, end] : unit).map((message): Outgoing => ({
      subject: message.subject,
      text: message.text,
      header: headerOf(message),
    }));
    const deadline = performance.now() + LEADERLESS.forMs;
    for (;;) {
      try {
        const sequence =
          messages.length === 1
            ? await publishAlone(nats, messages[0]!)
            : await publishBatch(nats, messages, randomUUID());
        leader.answered();
        last = Math.max(last, sequence);
        const first = sequence - messages.length + 1;
        return unit.map((_, index) => first + index);
      } catch (error) {
        if (isConflict(error)) return 'conflict';
        if (isSilence(error)) leader.silent();
        if (!isNotTaken(error) || performance.now() > deadline) throw error;
        await sleep(LEADERLESS.everyMs);
      }
    }
  }

  return {
    get last() {
      return last;
    },
    write(unit) {
      if (unit.length > UNIT_MESSAGES) throw new RangeError(`A unit of ${unit.length} messages.`);
      const { promise, resolve, reject } = Promise.withResolvers<Written>();
      const bytes = unit.reduce((sum, { text = '' }) => sum + text.length + 500, 0);
      waiting.push({ unit, bytes, resolve, reject });
      plan();
      return promise;
    },
  };
}
