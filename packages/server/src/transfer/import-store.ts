// Imports an export into a store that no service uses. It may be repeated: existing entries are not changed.
import { randomUUID } from 'node:crypto';
import { parseContact, registrationsOf } from '../contact/document.ts';
import type { EndStatus, Enqueued, Settlement, Store, StoredDelivery, StoredThing } from '../store/store.ts';
import { shifted } from './export-store.ts';
import { readHeader, readLine } from './format.ts';

export interface Imported {
  readonly settings: number;
  readonly contacts: number;
  readonly claims: number;
  readonly deliveries: number;
  /** Of the deliveries. */
  readonly waiting: number;
  /** Entries that already existed and were not changed. */
  readonly kept: number;
}

const BATCH = 200;
const NODE_TTL_MS = 600_000;
/** Deliveries with attempts wait this long, so that nothing of their lane is due while the rest is imported. */
const HOLD_MS = 60_000;
/** A contact that expired in transit is deleted by the next sweep. */
const LEAST_MS = 1_000;

/** Rejects with a sentence if the export cannot be read to its end; everything before that is imported. */
export async function importStore(
  store: Store,
  lines: AsyncIterable<string>,
  now: () => number,
): Promise<Imported> {
  if ((await store.waiting(1)).size > 0)
    throw new Error(
      'This store already has waiting deliveries: import into an empty store that no service uses.',
    );
  const node = `import-${randomUUID()}`;
  try {
    return await importAs(node, store, lines, now);
  } finally {
    await store.leave(node);
  }
}

async function importAs(
  node: string,
  store: Store,
  lines: AsyncIterable<string>,
  now: () => number,
): Promise<Imported> {
  const count = { settings: 0, contacts: 0, claims: 0, deliveries: 0, waiting: 0, kept: 0 };
  let batch: StoredThing[] = [];
  let things = 0;

  async function flush(): Promise<void> {
    const some = batch;
    batch = [];
    await store.beat(node, NODE_TTL_MS);
    await Promise.all(some.map((thing) => putOne(store, thing, count)));
    await putDeliveries(
      store,
      node,
      some.flatMap((thing) => (thing.kind === 'delivery' ? thing.delivery : [])),
      count,
      now,
    );
  }

  /** Reads a line. If it is unreadable, what came before it is imported first. */
  async function read(text: string, number: number): Promise<ReturnType<typeof readLine>> {
    try {
      return readLine(text, number);
    } catch (error) {
      await flush();
      throw error;
    }
  }

  let number = 0;
  let exportedAt: number | undefined;
  for await (const text of lines) {
    number += 1;
    if (exportedAt === undefined) {
      ({ exportedAt } = readHeader(text));
      continue;
    }
    const line = await read(text, number);
    if (line.kind === 'end') {
      await flush();
      if (line.things === things) return count;
      throw new Error(
        `The export says that it has ${line.things} things, and it has ${things}: it was changed on the way.`,
      );
    }
    things += 1;
    batch.push(shifted(line, exportedAt - now()));
    if (batch.length === BATCH) await flush();
  }
  if (exportedAt === undefined) readHeader(undefined);
  await flush();
  throw new Error(
    'The export was cut off: its last line is missing. Import the complete file; entries that already exist are not changed.',
  );
}

type Count = { -readonly [Name in keyof Imported]: number };

async function putOne(store: Store, thing: StoredThing, count: Count): Promise<void> {
  let isNew = true;
  switch (thing.kind) {
    case 'setting': {
      const { kind, id, body } = thing.setting;
      isNew = (await store.putSetting(kind, id, 0, body)) === 'committed';
      count.settings += Number(isNew);
      break;
    }
    case 'contact': {
      const { body, keepForMs } = thing.contact;
      const registrationsGained = registrationsOf(parseContact(body));
      const contact = {
        ...thing.contact,
        version: 0,
        registrationsGained,
        ...(keepForMs !== undefined && { keepForMs: Math.max(LEAST_MS, keepForMs) }),
      };
      isNew = (await store.commit({ contact })) === 'committed';
      count.contacts += Number(isNew);
      break;
    }
    case 'claim':
      isNew = (await store.commit({ claim: thing.claim })) === 'committed';
      count.claims += Number(isNew);
      break;
    case 'delivery':
      return;
  }
  count.kept += Number(!isNew);
}

/**
 * Each is leased, so that its attempts and its end can be recorded; waiting ones that were never tried are left
 * waiting.
 */
async function putDeliveries(
  store: Store,
  node: string,
  deliveries: readonly StoredDelivery[],
  count: Count,
  now: () => number,
): Promise<void> {
  const lanes = new Set(
    deliveries.flatMap(({ lane, waiting, attemptCount }) =>
      (waiting && attemptCount === 0) || lane === undefined ? [] : lane,
    ),
  );
  const credit = new Map([...lanes].map((lane) => [lane, BATCH]));
  const results = await store.enqueue(
    deliveries.map((one) => toEntry(one, now())),
    node,
    credit,
  );
  const settlements: Settlement[] = [];
  /** Deliveries that had ended, but that the store did not lease: they would be sent again. */
  const strays: StoredDelivery[] = [];
  for (const [index, { state }] of results.entries()) {
    const delivery = deliveries[index]!;
    count.kept += Number(state === 'known');
    count.deliveries += Number(state !== 'known');
    count.waiting += Number(state !== 'known' && delivery.waiting !== undefined);
    if (state === 'leased') settlements.push(settlementOf(delivery));
    else if (state === 'queued' && delivery.waiting === undefined) strays.push(delivery);
  }
  const { lost } = await store.settle(node, settlements);
  for (const { instanceId, id } of strays) await store.withdraw(instanceId, id, 'imported');
  if (strays.length > 0)
    throw new Error('A service is already using this store. Stop it, and import into an empty store.');
  if (lost.length > 0)
    throw new Error('The store considered the import dead: the machine may be overloaded. Import again.');
}

function toEntry(delivery: StoredDelivery, at: number): Enqueued {
  const {
    id,
    day,
    instanceId,
    contactId,
    messageId,
    registrationId,
    lane,
    reason,
    waiting,
    expiresAt = at,
  } = delivery;
  const names = { id, day, instanceId, contactId, messageId };
  if (lane === undefined)
    return { ...names, ...(registrationId !== undefined && { registrationId }), reason: reason ?? '' };
  const { work, expiresInMs } = waiting ?? { work: '', expiresInMs: expiresAt - at };
  return { ...names, registrationId: registrationId ?? '', lane, expiresInMs, work };
}

function settlementOf({ id, day, attempts, status, reason, kept, waiting }: StoredDelivery): Settlement {
  const why = { ...(reason !== undefined && { reason }) };
  if (waiting) {
    const dueInMs = Math.max(HOLD_MS, waiting.dueInMs);
    return { id, day, attempts, to: { status: 'queued', dueInMs, ...why } };
  }
  return {
    id,
    day,
    attempts,
    to: { status: status as EndStatus, ...why, ...(kept !== undefined && { keep: kept }) },
  };
}
