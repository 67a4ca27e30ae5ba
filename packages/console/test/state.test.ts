// The page's state against the emulator it follows: with late, duplicate and reordered events, both end up the same.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  startEmulator,
  type Emulator,
  type EmulatorEvent,
  type LoggedRequest,
  type Phone,
} from '@chatpush/emulator';
import fc from 'fast-check';
import type { PhoneSummary, ShownOnPage } from '../src/phone.ts';
import { apply, NOTHING, type Snapshot, type State } from '../src/state.ts';
import { alert, IPHONE, openSender, type Sender } from './push.ts';

const OTHER = 'cd'.repeat(32);

const summaryOf = ({
  deviceToken,
  deviceType,
  state,
  uninstalledAt,
  received,
}: PhoneSummary): PhoneSummary => ({
  deviceToken,
  deviceType,
  state,
  uninstalledAt,
  received,
});

const snapshotOf = (emulator: Emulator): Snapshot => ({
  description: emulator.description,
  hasService: false,
  phones: emulator.phones().map(summaryOf),
  faults: {},
  rules: emulator.faults.list(),
  requests: emulator.requests.list(),
  requestCount: emulator.requests.total,
});

/** A page whose events and answers the test delivers one by one. */
function createPage(emulator: Emulator) {
  let state: State = NOTHING;
  const underWay: EmulatorEvent[] = [];
  const answers: (() => void)[] = [];
  const unsubscribe = emulator.subscribe((event) => underWay.push(structuredClone(event)));
  const change = (one: Parameters<typeof apply>[1]): void => {
    state = apply(state, one, Date.now());
  };
  return {
    get state() {
      return state;
    },
    /** The stream reopens: the snapshot is taken now, and pending events are lost. */
    begin: () => change({ type: 'snapshot', snapshot: snapshotOf(emulator), missed: underWay.splice(0) }),
    hear: (count: number) => {
      for (const event of underWay.splice(0, count)) change(event);
    },
    /** Requests every stale phone; the answers hold the current state and arrive later. */
    ask: () => {
      for (const { deviceToken, revision } of state.phones.filter(({ isStale }) => isStale)) {
        const phone = emulator.phones().find((one) => one.deviceToken === deviceToken);
        if (phone === undefined)
          answers.push(() => change({ type: 'phone-gone', deviceToken, asOf: revision }));
        else {
          const view = { ...summaryOf(phone), shown: structuredClone(phone.shown) };
          answers.push(() => change({ type: 'phone-read', phone: view, asOf: revision }));
        }
      }
    },
    receive: () => answers.shift()?.(),
    /** Delivers everything until nothing is pending. */
    settle() {
      for (let rounds = 0; rounds < 50; rounds += 1) {
        this.hear(Infinity);
        while (answers.length > 0) this.receive();
        this.ask();
        if (answers.length === 0) return;
      }
      assert.fail('the page never settled');
    },
    close: unsubscribe,
  };
}

type Page = ReturnType<typeof createPage>;
type Step = (world: { emulator: Emulator; sender: Sender; page: Page }) => unknown;

const token = fc.constantFrom(IPHONE, OTHER);
const flipping = (flip: (phone: Phone) => void): fc.Arbitrary<Step> =>
  token.map(
    (token) =>
      ({ emulator }) =>
        flip(emulator.phone(token)),
  );
const always = (step: Step): fc.Arbitrary<Step> => fc.constant(step);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ token, collapse: fc.constantFrom('', 'a', 'b') }).map(pushing) },
  flipping((phone) => phone.switchOff()),
  flipping((phone) => phone.switchOn()),
  flipping((phone) => phone.uninstall()),
  flipping((phone) => phone.reinstall()),
  always(({ emulator }) => emulator.forgetPhones()),
  { weight: 2, arbitrary: always(({ page }) => page.hear(1)) },
  { weight: 2, arbitrary: always(({ page }) => page.hear(3)) },
  { weight: 3, arbitrary: always(({ page }) => page.ask()) },
  { weight: 3, arbitrary: always(({ page }) => page.receive()) },
  always(({ page }) => page.begin()),
);

function pushing({ token, collapse }: { token: string; collapse: string }): Step {
  return ({ sender }) =>
    sender.push(token, alert('Ana', 'Hello'), collapse === '' ? {} : { 'apns-collapse-id': collapse });
}

/** What the phones show, by token. */
const seen = (
  phones: readonly (PhoneSummary & { shown?: readonly ShownOnPage[] })[],
): Record<string, object> => {
  const entries = phones.map((phone) => {
    const shown = phone.shown?.map(({ n, shownAt, app, body, merged }) => ({
      n,
      shownAt,
      app,
      body,
      merged,
    }));
    return [phone.deviceToken, Object.assign(summaryOf(phone), { shown })] as const;
  });
  return Object.fromEntries(entries);
};

test('with late, duplicate and overtaken events, the page ends up showing what the phones show', async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      emulator.forgetPhones();
      const page = createPage(emulator);
      try {
        page.begin();
        for (const one of steps) await one({ emulator, sender, page });
        page.settle();
        assert.deepEqual(seen(page.state.phones), seen(emulator.phones()));
        assert.equal(page.state.phoneCount, emulator.phones().length);
        assert.equal(page.state.requestCount, emulator.requests.total);
        const newest = emulator.requests.list().slice(-200).reverse();
        assert.deepEqual(page.state.requests, structuredClone(newest));
      } finally {
        page.close();
      }
    }),
    { seed: 20_261_122, numRuns: 200 },
  );
});

const push = (n: number, payload = alert('Ana', `message ${n}`)): EmulatorEvent => ({
  type: 'notification',
  deviceToken: IPHONE,
  notification: { n, receivedAt: 1_000, gateway: 'apns', app: 'app', headers: {}, payload: payload as {} },
});
const appear: EmulatorEvent = { type: 'phone-appeared', deviceToken: IPHONE, deviceType: 'APNS', app: 'app' };
const after = (events: readonly EmulatorEvent[], nowMs: number): State =>
  events.reduce((state: State, event) => apply(state, event, nowMs), NOTHING);

test('the time since acceptance is shown only if the clocks agree', () => {
  for (const [nowMs, litAfterMs] of [
    [1_004, 4],
    [999, undefined],
    [100_000, undefined],
  ] as const) {
    assert.equal(after([appear, push(1)], nowMs).phones[0]?.shown?.[0]?.litAfterMs, litAfterMs);
  }
});

test('a background notification is received without an announcement', () => {
  const state = after([appear, push(1, { aps: { 'content-available': 1 } })], 1_000);
  assert.equal(state.phones[0]?.received, 1);
  assert.deepEqual(state.phones[0]?.shown, []);
  assert.equal(state.announcement, '');
});

test('a notification received twice counts once', () => {
  const once = after([appear, push(1)], 1_000);
  assert.equal(apply(once, push(1), 1_000), once);
});

test('a message written on the page records each phone’s time once', () => {
  const written = {
    eventId: 'e-1',
    contactId: 'c',
    displayName: 'Ana',
    content: 'Hi',
    writtenAt: 500,
    arrivals: [],
  };
  const mine = { ...alert('Ana', 'Hi'), messageId: 'e-1' };
  let state = apply(after([appear], 0), { type: 'wrote', written }, 500);
  for (const [event, nowMs] of [
    [push(1, { ...mine, messageId: 'e-10' }), 505],
    [push(2, mine), 512],
    [push(3, mine), 900],
  ] as const) {
    state = apply(state, event, nowMs);
  }
  assert.deepEqual(state.written[0]?.arrivals, [{ deviceToken: IPHONE, afterMs: 12 }]);
});

test('the page keeps the newest 200 phones and requests, and counts all of them', () => {
  const request: LoggedRequest = {
    n: 0,
    at: 0,
    gateway: 'apns',
    connection: 1,
    accepted: true,
    verdict: 'accepted',
  };
  let state: State = NOTHING;
  for (let n = 1; n <= 250; n += 1) {
    state = apply(state, { type: 'phone-appeared', deviceToken: `phone-${n}` }, 0);
    state = apply(state, { type: 'request', request: { ...request, n } }, 0);
  }
  assert.equal(state.phones.length, 200);
  assert.equal(state.phones[0]?.deviceToken, 'phone-250');
  assert.equal(state.phoneCount, 250);
  assert.equal(state.requests.length, 200);
  assert.equal(state.requestCount, 250);

  const woken = apply(state, { ...push(7), deviceToken: 'phone-1' } as EmulatorEvent, 0);
  assert.equal(woken.phones[0]?.deviceToken, 'phone-1');
  assert.ok(woken.phones[0]?.isStale, 'its lock screen must be read again');
  assert.equal(woken.phoneCount, 250);
});
