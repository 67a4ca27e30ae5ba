// Enqueuing deliveries: each is written if its id is new.
import type { Enqueued, EnqueueResult, Store } from '../store.ts';
import { newRow } from './delivery-row.ts';
import { deliveryRest, newParcelName } from './layout.ts';
import type { Found, NewMessage } from './message.ts';
import type { Nodes } from './nodes.ts';
import {
  isPast,
  packParcel,
  PARCEL,
  removalOf,
  type DeliveryRow,
  type IdHead,
  type Parcel,
} from './parcel.ts';
import type { Shard } from './shard.ts';
import { UNIT_MESSAGES } from './writer.ts';

type State = EnqueueResult['state'];

interface NewParcel {
  readonly name: string;
  readonly parcel: Parcel;
  readonly entries: readonly Enqueued[];
}

const textOf = (entry: Enqueued): string => ('work' in entry ? entry.work : '');

/** What an entry adds to the head of its parcel, in UTF-16 units. */
const headUnits = (entry: Enqueued): number =>
  100 + entry.id.length + ('lane' in entry ? entry.lane.length : entry.reason.length);

/** Deliveries that are written as one parcel: of one day, because they are removed at the same time. */
function groupsOf(entries: readonly Enqueued[]): Enqueued[][] {
  const groups: Enqueued[][] = [];
  for (const ofDay of Map.groupBy(entries, ({ day }) => day).values()) {
    let group: Enqueued[] | undefined;
    let head = 0;
    let text = 0;
    for (const entry of ofDay) {
      head += headUnits(entry);
      text += textOf(entry).length;
      const fits = head <= PARCEL.headUnits && text <= PARCEL.textUnits;
      if (group && group.length < PARCEL.rows && fits) {
        group.push(entry);
        continue;
      }
      groups.push((group = [entry]));
      head = headUnits(entry);
      text = textOf(entry).length;
    }
  }
  return groups;
}

/** Groups that fit one unit. */
function* unitsOf(groups: readonly Enqueued[][]): Generator<Enqueued[][]> {
  let unit: Enqueued[][] = [];
  let messages = 0;
  for (const group of groups) {
    if (messages + group.length + 1 > UNIT_MESSAGES) {
      yield unit;
      unit = [];
      messages = 0;
    }
    unit.push(group);
    messages += group.length + 1;
  }
  if (unit.length > 0) yield unit;
}

export function enqueueVerb(
  shardFor: (instanceId: string) => Shard,
  nodes: Nodes,
  now: () => number,
): Store['enqueue'] {
  /** Stores some groups, all of one shard, and takes what it leased from `room`. */
  async function store(
    { layout, open, parcels, writer }: Shard,
    groups: readonly Enqueued[][],
    node: string,
    room: Map<string, number>,
  ): Promise<Map<string, State>> {
    const states = new Map<string, State>();
    /** The sequences of earlier deliveries with the same id whose retention has passed. */
    const past = new Map<string, number>();
    let left = groups;
    for (;;) {
      const at = now();
      const given = new Map<string, number>();
      const ownerOf = (entry: Enqueued): string | undefined => {
        if (!('lane' in entry) || open.hasDue(entry.lane)) return undefined;
        const used = given.get(entry.lane) ?? 0;
        if (used >= Math.floor(room.get(entry.lane) ?? 0)) return undefined;
        given.set(entry.lane, used + 1);
        return node;
      };
      const planned = left.map((entries): NewParcel => {
        const { instanceId, day } = entries[0]!;
        const rows = entries.map((entry) => newRow(entry, at, ownerOf(entry)));
        const parcel = { instanceId, day, enqueuedAt: at, removeAt: removalOf(day, at), first: 0, rows };
        return { name: newParcelName(instanceId), parcel, entries };
      });
      const unit = planned.flatMap(({ name, parcel, entries }): NewMessage[] => {
        const { removeAt } = parcel;
        const head: IdHead = { parcel: name, removeAt };
        const keepMs = removeAt - at;
        const ids = entries.map((entry): NewMessage => ({
          subject: layout.subject('dlv', deliveryRest(entry)),
          head,
          expected: { sequence: past.get(entry.id) ?? 0 },
          keepMs,
        }));
        const message = packParcel(parcel, entries.map(textOf));
        return [...ids, { subject: layout.subject('par', name), ...message, keepMs }];
      });
      const written = await writer.write(unit);
      if ('sequences' in written) {
        let end = 0;
        for (const { name, parcel, entries } of planned) {
          const first = written.sequences[end]!;
          end += entries.length + 1;
          const sequence = written.sequences[end - 1]!;
          parcels.added(name, { sequence, parcel: { ...parcel, first }, texts: entries.map(textOf) });
          for (const row of parcel.rows) states.set(row.id, stateOf(row));
        }
        for (const [lane, count] of given) room.set(lane, room.get(lane)! - count);
        return states;
      }
      const found = new Map(
        written.found.flatMap((one) => (one ? [[one.subject, one as Found<IdHead>] as const] : [])),
      );
      for (const entry of left.flat()) {
        const one = found.get(layout.subject('dlv', deliveryRest(entry)));
        if (one === undefined) continue;
        if (isPast(one.head, at)) past.set(entry.id, one.sequence);
        else states.set(entry.id, 'known');
      }
      left = left
        .map((group) => group.filter(({ id }) => !states.has(id)))
        .filter((group) => group.length > 0);
      if (left.length === 0) return states;
    }
  }

  return async (batch, node, credit) => {
    if (batch.length === 0) return [];
    await nodes.evictSilent();
    const room = (await nodes.isLive(node)) ? new Map(credit) : new Map<string, number>();
    const states = new Map<string, State>();
    for (const [instanceId, entries] of Map.groupBy(batch, (entry) => entry.instanceId)) {
      // If an id occurs twice in the batch, the first is used.
      const once = new Map<string, Enqueued>();
      for (const entry of entries) if (!once.has(entry.id)) once.set(entry.id, entry);
      for (const unit of unitsOf(groupsOf([...once.values()])))
        for (const [id, state] of await store(shardFor(instanceId), unit, node, room)) states.set(id, state);
    }
    return batch.map(({ id }) => {
      const state = states.get(id) ?? 'known';
      states.delete(id);
      return { id, state };
    });
  };
}

function stateOf({ status, owner }: DeliveryRow): State {
  if (status === 'skipped') return 'skipped';
  return owner === undefined ? 'queued' : 'leased';
}
