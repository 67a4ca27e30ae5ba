// Follows a stream: every message of some subjects, in order, once each, heads only. If the consumer is lost, the
// client creates a new one and continues after the last message; a consumer stores nothing on the servers' disks.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { StoreUnavailableError } from '../store.ts';
import { toStoreError } from './faults.ts';
import { readHead } from './message.ts';

export interface Follower {
  /** Resolves once everything up to `sequence` was reported; rejects with StoreUnavailableError after a while. */
  reached(sequence: number): Promise<void>;
  /** Resolves once everything that the consumer's replica has was reported. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Called for each message. `head` parses its head, undefined if it has none; it is lazy because most messages are
 * known already.
 */
export type Told = (subject: string, sequence: number, head: () => object | undefined) => void;

const REACH_MS = 10_000;
/** A consumer lives on one replica, which may be cut off or lag behind; another one may be placed elsewhere. */
const STALLED_MS = 2_000;
const AGAIN_MS = 500;
const CATCH_UP = { tries: 500, everyMs: 20 } as const;

/** `from`: the first sequence of interest. */
export async function follow(
  client: JetStreamClient,
  stream: string,
  subjects: readonly string[],
  told: Told,
  from = 1,
): Promise<Follower> {
  let position = from - 1;
  let isClosed = false;
  let consumer: Consumer | undefined;
  let messages: ConsumerMessages | undefined;
  let latest: JsMsg | undefined;
  let again: NodeJS.Timeout | undefined;
  const waiting = new Set<{ readonly sequence: number; readonly resolve: () => void }>();
  let movedAt = -Infinity;

  /** Replaces the consumer if it has reported nothing since `before`. */
  function moveOn(before: number): void {
    if (position > before || isClosed || performance.now() - movedAt < STALLED_MS) return;
    movedAt = performance.now();
    // Then `restartLater` runs.
    messages?.close().catch(() => undefined);
  }

  function take(message: JsMsg): void {
    const { subject, seq } = message;
    latest = message;
    if (seq <= position) return;
    told(subject, seq, () => readHead(message.headers));
    position = seq;
    for (const one of waiting)
      if (one.sequence <= position) {
        waiting.delete(one);
        one.resolve();
      }
  }

  async function start(): Promise<void> {
    consumer = await client.consumers.get(stream, {
      filter_subjects: [...subjects],
      headers_only: true,
      ...(position > 0 && { opt_start_seq: position + 1 }),
    });
    messages = await consumer.consume({ callback: take, max_messages: 1_000, idle_heartbeat: 2_000 });
    // It ends by itself if the consumer cannot be recreated, for instance after all servers were down.
    messages.closed().then(restartLater, restartLater);
  }

  function restartLater(): void {
    if (isClosed) return;
    clearTimeout(again);
    again = setTimeout(() => {
      start().catch(restartLater);
    }, AGAIN_MS);
  }

  async function reached(sequence: number): Promise<void> {
    if (position >= sequence) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one = { sequence, resolve };
    waiting.add(one);
    const timer = setTimeout(() => {
      waiting.delete(one);
      reject(new StoreUnavailableError(`NATS does not report new messages of the stream ${stream}.`));
    }, REACH_MS);
    let before = position;
    const watch = setInterval(() => {
      moveOn(before);
      before = position;
    }, STALLED_MS);
    await promise.finally(() => {
      clearTimeout(timer);
      clearInterval(watch);
    });
  }

  async function caughtUp(): Promise<void> {
    // Under load something is almost always pending; by the end, everything that was there at first has been
    // reported.
    for (let tried = 0; tried < CATCH_UP.tries; tried++) {
      if (tried > 0) await sleep(CATCH_UP.everyMs);
      const { num_pending: pending, delivered } = await consumer!.info().catch((error: unknown) => {
        throw toStoreError(error);
      });
      // The position is not enough: a consumer without messages counts as having delivered everything before it.
      if (pending === 0 && (latest?.info.deliverySequence ?? 0) >= delivered.consumer_seq) return;
    }
  }

  try {
    await start();
  } catch (error) {
    throw toStoreError(error);
  }
  return {
    reached,
    caughtUp,
    async close() {
      isClosed = true;
      clearTimeout(again);
      for (const { resolve } of waiting) resolve();
      await messages?.close();
    },
  };
}
