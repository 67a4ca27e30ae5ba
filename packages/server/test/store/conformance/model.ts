// Random sequences of calls against the store and a plain model.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  attempt,
  counts,
  fresh,
  ids,
  newClaim,
  newDelivery,
  settlement,
  useStore,
  type Open,
} from './harness.ts';
import { MINUTE_MS, StoreModel } from './store-model.ts';
import type { Settlement } from '../../../src/store/store.ts';

interface Real {
  readonly at: ReturnType<typeof useStore>;
  /** A prefix for every name of this run, so that runs on one store do not interfere. */
  readonly prefix: string;
}

type Command = fc.AsyncCommand<StoreModel, Real>;

/** A step: model and store must agree. `check` is for steps with a precondition. */
function command(
  label: string,
  run: (model: StoreModel, real: Real) => Promise<void>,
  check: (model: StoreModel) => boolean = () => true,
): Command {
  return { check, run, toString: () => label };
}

const index = (count: number) => fc.nat({ max: count - 1 });
const named = (real: Real, noun: string, number: number) => `${real.prefix}/${noun}${number}`;
/** Half a minute off the grid of `advance`, because the store's clock also advances by itself. */
const offGrid = (minutes: number) => minutes * MINUTE_MS + MINUTE_MS / 2;

const commit = fc
  .record({
    contact: fc.option(index(3)),
    stale: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    token: fc.option(index(4)),
  })
  .map(({ contact, stale, token }) =>
    command(`commit(contact ${contact}, stale ${stale}, token ${token})`, async (model, real) => {
      const contactId = contact === null ? undefined : named(real, 'contact', contact);
      const version = (contactId === undefined ? 0 : (model.contacts.get(contactId) ?? 0)) + (stale ? 1 : 0);
      const name = token === null ? undefined : named(real, 'token', token);
      const answer = `${contactId}@${version}`;
      const result = await real.at.store.commit({
        ...(contactId === undefined
          ? {}
          : { contact: { instanceId: 'model', contactId, version, body: `${version + 1}` } }),
        ...(name === undefined ? {} : { claim: newClaim({ instanceId: 'model', token: name, answer }) }),
      });
      assert.equal(result, model.commit(contactId, version, name, answer));
    }),
  );

const read = fc.record({ contact: index(3), token: index(4) }).map(({ contact, token }) =>
  command(`read(contact ${contact}, token ${token})`, async (model, real) => {
    const contactId = named(real, 'contact', contact);
    const [stored] = await real.at.store.contacts([{ instanceId: 'model', contactId }]);
    assert.equal(stored?.version, model.contacts.get(contactId));
    assert.equal(stored?.body, model.contacts.get(contactId)?.toString());
    const name = named(real, 'token', token);
    const { operation } = newClaim();
    const claim = await real.at.store.claimed('model', operation, name);
    assert.equal(claim?.answer, model.claims.get(name));
  }),
);

const enqueue = fc
  .record({
    node: index(3),
    batch: fc.array(fc.record({ id: index(12), lane: index(2) }), { minLength: 1, maxLength: 6 }),
    credit: fc.array(index(4), { minLength: 2, maxLength: 2 }),
  })
  .map(({ node, batch, credit }) =>
    command(
      `enqueue(node ${node}, ${JSON.stringify(batch)}, credit ${credit.join()})`,
      async (model, real) => {
        const rows = batch.map(({ id, lane }) => ({
          id: named(real, 'delivery', id),
          lane: named(real, 'lane', lane),
        }));
        const room = new Map(credit.map((count, lane) => [named(real, 'lane', lane), count]));
        const name = named(real, 'node', node);
        const contactId = real.prefix;
        const results = await real.at.store.enqueue(
          rows.map((row) => newDelivery({ ...row, instanceId: 'model', contactId })),
          name,
          room,
        );
        assert.deepEqual(results, model.enqueue(rows, name, room));
      },
    ),
  );

const claim = fc
  .record({ node: index(3), want: fc.array(index(5), { minLength: 2, maxLength: 2 }) })
  .map(({ node, want }) =>
    command(`claim(node ${node}, want ${want.join()})`, async (model, real) => {
      const name = named(real, 'node', node);
      const wanted = new Map(want.map((count, lane) => [named(real, 'lane', lane), count]));
      const claimed = await real.at.store.claim(name, wanted);
      model.checkClaim(
        claimed.map(({ id, sentBefore }) => ({ id, sentBefore })),
        name,
        wanted,
      );
    }),
  );

const target = fc.oneof(
  fc.constantFrom<Settlement['to']>(
    { status: 'accepted' },
    { status: 'rejected', reason: 'no' },
    { status: 'expired' },
  ),
  fc.record({
    status: fc.constant('queued' as const),
    dueInMs: fc.oneof(fc.constant(0), index(3).map(offGrid)),
  }),
);

const settle = fc
  .record({
    node: index(3),
    pick: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    tries: index(3),
    to: target,
  })
  .map(({ node, pick, tries, to }) =>
    command(
      `settle(node ${node}, ${pick.length} of them, ${tries} attempts, ${to.status})`,
      async (model, real) => {
        const known = [...model.deliveries.keys()];
        const name = named(real, 'node', node);
        const batch = pick.map((number) => {
          const attempts = Array.from({ length: tries }, () => attempt({ at: model.nextAttemptTime() }));
          return settlement(known[number % known.length] ?? '', to, attempts);
        });
        const { lost } = await real.at.store.settle(name, batch);
        assert.deepEqual(lost.sort(), model.settle(name, batch).sort());
      },
      (model) => model.deliveries.size > 0,
    ),
  );

const beat = index(3).map((node) =>
  command(`beat(node ${node})`, async (model, real) => {
    const name = named(real, 'node', node);
    assert.equal(await real.at.store.beat(name, offGrid(1)), model.beat(name, offGrid(1)));
  }),
);

const leave = index(3).map((node) =>
  command(`leave(node ${node})`, async (model, real) => {
    const name = named(real, 'node', node);
    await real.at.store.leave(name);
    model.leave(name);
  }),
);

const advance = fc.integer({ min: 1, max: 3 }).map((minutes) =>
  command(`advance(${minutes} min)`, async (model, real) => {
    await real.at.advance(minutes * MINUTE_MS);
    model.now += minutes * MINUTE_MS;
  }),
);

const look = fc.constant(
  command('look', async (model, real) => {
    const lanes = [0, 1].map((lane) => named(real, 'lane', lane));
    const waiting = await counts(real.at.store, 3);
    for (const lane of lanes) assert.equal(waiting.get(lane) ?? 0, Math.min(3, model.claimable(lane).length));
    const key = { instanceId: 'model', contactId: real.prefix };
    const { items } = await real.at.store.deliveries(key, { limit: 100 });
    const expected = [...model.deliveries.keys()].reverse();
    assert.deepEqual(ids(items), expected);
    for (const entry of items) {
      const row = model.deliveries.get(entry.id);
      assert.deepEqual([entry.status, entry.attemptCount], [row?.status, row?.attemptCount]);
    }
  }),
);

export function modelCases(open: Open): void {
  describe('any sequence of calls', () => {
    const at = useStore(open);

    for (const seed of [4100, 20_261_122]) {
      test(`answers as the plain model does (seed ${seed})`, async () => {
        const commands = fc.commands(
          [commit, read, enqueue, enqueue, claim, claim, settle, settle, beat, leave, advance, look],
          { maxCommands: 60, size: 'max' },
        );
        await fc.assert(
          fc.asyncProperty(commands, async (steps) => {
            await fc.asyncModelRun(
              () => ({ model: new StoreModel(), real: { at, prefix: fresh('run') } }),
              steps,
            );
          }),
          { seed, numRuns: 60 },
        );
      });
    }
  });
}
