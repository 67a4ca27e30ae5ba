// Every fault at APNs, as a client sees it on the wire.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator, type Emulator, type FaultRule } from '@chatpush/emulator';
import { ALERT, connect, pushTo, TOKEN, TOPIC, type Answered, type Wire } from './senders.ts';

const REFUSED_STREAM = 7;
const BODY = JSON.stringify(ALERT);

async function withRule(
  rule: Omit<FaultRule, 'gateway'> | undefined,
  play: (push: (deviceToken?: string) => Promise<Answered>, wire: Wire, emulator: Emulator) => Promise<void>,
): Promise<void> {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const push = (deviceToken = TOKEN): Promise<Answered> => wire.request(pushTo(emulator, deviceToken), BODY);
  const first = await push('ee'.repeat(32));
  assert.equal(first.status, 200);
  await wire.limit(1000); // a well-behaved sender waits for it
  if (rule !== undefined) emulator.faults.set([{ gateway: 'apns', ...rule }]);
  await play(push, wire, emulator);
}

const verdictOf = (emulator: Emulator): unknown[] => {
  const { accepted, verdict, fault } = emulator.requests.list().at(-1) ?? {};
  return [accepted, verdict, fault];
};

test('http answers the status, reason and Retry-After of the rule', () =>
  withRule(
    { fault: 'http', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 },
    async (push, _wire, emulator) => {
      const { status, body, headers } = await push();
      assert.deepEqual([status, body, headers['retry-after']], [429, { reason: 'TooManyRequests' }, '7']);
      assert.equal(emulator.phone(TOKEN).received, 0);
      assert.deepEqual(verdictOf(emulator), [false, 'TooManyRequests', 'http']);
    },
  ));

test('http accepts unknown reasons', () =>
  withRule({ fault: 'http', status: 400, reason: 'TooWarm' }, async (push) => {
    const { status, body } = await push();
    assert.deepEqual([status, body], [400, { reason: 'TooWarm' }]);
  }));

test('not-json answers a proxy’s HTML', () =>
  withRule({ fault: 'not-json' }, async (push, _wire, emulator) => {
    const { status, headers, text } = await push();
    assert.equal(status, 502);
    assert.match(String(headers['content-type']), /^text\/html/);
    assert.match(text, /^<!DOCTYPE html>/);
    assert.equal(emulator.phone(TOKEN).received, 0);
  }));

test('slow delivers at once and answers late', () =>
  withRule({ fault: 'slow', delayMs: 200 }, async (push, _wire, emulator) => {
    const began = performance.now();
    let isAnswered = false;
    const answering = push().finally(() => {
      isAnswered = true;
    });
    await emulator.phone(TOKEN).waitFor();
    assert.equal(isAnswered, false, 'the phone did not wait');
    assert.equal((await answering).status, 200);
    assert.ok(performance.now() - began >= 195);
  }));

test('black-hole accepts the request, never answers, and keeps the connection open', () =>
  withRule({ fault: 'black-hole', times: 1 }, async (push, wire, emulator) => {
    const swallowed = push();
    assert.equal((await push('cc'.repeat(32))).status, 200); // behind it in the same connection
    await new Promise<void>((resolve) => wire.session.ping(() => resolve()));
    assert.equal(emulator.phone(TOKEN).received, 0);
    assert.ok(emulator.requests.list().some(({ verdict }) => verdict === 'never answered'));
    wire.session.destroy();
    assert.equal((await swallowed).status, undefined);
  }));

test('frozen silences the whole connection, PING included', () =>
  withRule({ fault: 'frozen', times: 1 }, async (push, wire, emulator) => {
    let said = false;
    const frozen = push().then(() => (said = true));
    while (emulator.requests.list().at(-1)?.fault !== 'frozen') await new Promise(setImmediate);
    wire.session.ping((error) => (said ||= error === null));
    const later = push('cc'.repeat(32)).then(() => (said = true));
    await using other = await connect(emulator.apns.url, emulator.ca);
    assert.equal((await other.request(pushTo(emulator), BODY)).status, 200, 'other connections live');
    assert.equal(said, false);
    assert.equal(emulator.phone('cc'.repeat(32)).received, 0);
    wire.session.destroy();
    await Promise.all([frozen, later]);
  }));

for (const [by, seen] of [
  ['rst', { error: 'ECONNRESET', code: 2 }],
  ['fin', { error: undefined, code: 8 }],
  ['stream', { error: undefined, code: 8 }],
] as const) {
  test(`answer-lost by ${by}: the phone gets it and the sender gets no answer`, () =>
    withRule({ fault: 'answer-lost', by }, async (push, _wire, emulator) => {
      const { status, error, code } = await push();
      assert.deepEqual({ status, error, code }, { status: undefined, ...seen });
      assert.equal(emulator.phone(TOKEN).received, 1);
      assert.deepEqual(verdictOf(emulator), [true, 'answer lost', 'answer-lost']);
    }));
}

test('answer-lost by silence: the phone gets it and the connection stays open', () =>
  withRule({ fault: 'answer-lost', by: 'silence' }, async (push, wire, emulator) => {
    const unheard = push();
    await emulator.phone(TOKEN).waitFor();
    await new Promise<void>((resolve) => wire.session.ping(() => resolve()));
    wire.session.destroy();
    assert.equal((await unheard).status, undefined);
  }));

test('fin ends the connection without an answer, an error or a GOAWAY', () =>
  withRule({ fault: 'fin' }, async (push, wire, emulator) => {
    const { status, error, code } = await push();
    assert.deepEqual({ status, error, code }, { status: undefined, error: undefined, code: 8 });
    await wire.closed;
    assert.deepEqual(wire.aways, []);
    assert.equal(emulator.phone(TOKEN).received, 0);
  }));

test('rst resets the connection', () =>
  withRule({ fault: 'rst' }, async (push, _wire, emulator) => {
    const { status, error } = await push();
    assert.deepEqual({ status, error }, { status: undefined, error: 'ECONNRESET' });
    assert.equal(emulator.phone(TOKEN).received, 0);
  }));

test('reset-stream refuses the stream and nothing else', () =>
  withRule({ fault: 'reset-stream', times: 1 }, async (push, _wire, emulator) => {
    const refused = await push();
    assert.deepEqual([refused.status, refused.code], [undefined, REFUSED_STREAM]);
    assert.equal(emulator.phone(TOKEN).received, 0);
    assert.equal((await push()).status, 200);
  }));

test('reset-stream takes any code', () =>
  withRule({ fault: 'reset-stream', code: 2 }, async (push) => {
    assert.equal((await push()).code, 2);
  }));

test('goaway finishes the streams up to its last stream id, then closes', () =>
  withRule(undefined, async (push, wire, emulator) => {
    emulator.faults.set([
      { gateway: 'apns', fault: 'slow', delayMs: 100, times: 1 },
      { gateway: 'apns', fault: 'goaway', reason: 'Shutdown', times: 1 },
    ]);
    const [slow, last] = await Promise.all([push(), push()]);
    assert.deepEqual([slow.status, last.status], [200, 200]);
    await wire.closed;
    // A Node client answers with its own GOAWAY, and a Node server answers that with another one.
    assert.deepEqual(wire.aways[0], { code: 0, lastStream: 5, debug: '{"reason":"Shutdown"}' });
    assert.equal(emulator.phone(TOKEN).received, 2);
  }));

test('goaway twice sends the second without a reason, while streams are still open', () =>
  withRule(undefined, async (push, wire, emulator) => {
    emulator.faults.set([
      { gateway: 'apns', fault: 'slow', delayMs: 100, times: 1 },
      { gateway: 'apns', fault: 'goaway', reason: 'Shutdown', twice: true, times: 1 },
    ]);
    let answered = false;
    const slow = push().then((answer) => {
      answered = true;
      return answer;
    });
    const away = new Promise<boolean>((resolve) => {
      wire.session.on('goaway', () => wire.aways.length === 2 && resolve(answered));
    });
    await push();
    assert.equal(await away, false, 'the second GOAWAY arrived after the last stream');
    assert.equal((await slow).status, 200);
    assert.deepEqual(wire.aways.map(({ code, debug }) => [code, debug]).slice(0, 2), [
      [0, '{"reason":"Shutdown"}'],
      [0, ''],
    ]);
  }));

test('goaway refuse: streams above the last stream id are refused and never delivered', () =>
  withRule(undefined, async (push, wire, emulator) => {
    emulator.faults.set([
      { gateway: 'apns', fault: 'slow', delayMs: 100, times: 1 },
      { gateway: 'apns', fault: 'goaway', refuse: true, times: 1 },
    ]);
    const [served, ...refused] = await Promise.all([push(), push(), push(), push()]);
    assert.equal(served?.status, 200);
    for (const { status, code } of refused) assert.deepEqual([status, code], [undefined, REFUSED_STREAM]);
    await wire.closed;
    assert.equal(wire.aways[0]?.lastStream, 3);
    assert.equal(emulator.phone(TOKEN).received, 1);
  }));

for (const serve of [false, true]) {
  test(`goaway with a code kills every stream, ${serve ? 'also one whose push was delivered' : 'and nothing was delivered'}`, () =>
    withRule(
      { fault: 'goaway', code: 2, reason: 'InternalServerError', serve },
      async (push, wire, emulator) => {
        const { status, error } = await push();
        assert.deepEqual([status, error], [undefined, 'ERR_HTTP2_SESSION_ERROR']);
        await wire.closed;
        assert.equal(wire.aways[0]?.code, 2);
        assert.equal(emulator.phone(TOKEN).received, serve ? 1 : 0);
      },
    ));
}

test('stream-limit sets the limit of the connection', () =>
  withRule({ fault: 'stream-limit', limit: 3, times: 1 }, async (push, wire) => {
    assert.equal((await push()).status, 200);
    await wire.limit(3);
  }));

// Regression: each hit sent its own SETTINGS, and Node drops a connection with more than 10 unacknowledged SETTINGS.
for (const [rule, path, status] of [
  [{ fault: 'stream-limit', limit: 500 }, `/3/device/${TOKEN}`, 200],
  [{ fault: 'rejection-throttle' }, '/3/device/xx', 400],
] as const) {
  test(`${rule.fault} answers fifty requests at once`, () =>
    withRule(rule, async (_push, wire, emulator) => {
      const headers = { ...pushTo(emulator), ':path': path };
      const answers = await Promise.all(Array.from({ length: 50 }, () => wire.request(headers, BODY)));
      assert.deepEqual(
        answers.map((answer) => answer.status),
        Array.from({ length: 50 }, () => status),
      );
      assert.deepEqual(wire.aways, []);
      const limit = 'limit' in rule ? rule.limit : 1;
      await wire.limit(limit);
      assert.deepEqual(wire.limits, [1, 1000, limit]);
    }));
}

test('if stream limits come faster than they are acknowledged, the last one wins', () =>
  withRule({ fault: 'stream-limit', limit: 5, times: 1 }, async (push, wire, emulator) => {
    emulator.faults.add({ gateway: 'apns', fault: 'stream-limit', limit: 7, times: 1 });
    emulator.faults.add({ gateway: 'apns', fault: 'stream-limit', limit: 9, times: 1 });
    await Promise.all([push(), push(), push()]);
    await wire.limit(9);
    assert.deepEqual([wire.limits[2], wire.limits.at(-1)], [5, 9]);
  }));

test('rejection-throttle cuts the connection to one stream until the next accepted push; 410 does not', () =>
  withRule({ fault: 'rejection-throttle' }, async (push, wire, emulator) => {
    emulator.phone('dd'.repeat(32)).uninstall();
    assert.equal((await push('dd'.repeat(32))).status, 410);
    assert.equal((await push('xx')).status, 400);
    await wire.limit(1);
    assert.equal((await push()).status, 200);
    await wire.limit(1000);
    assert.deepEqual(wire.limits, [1, 1000, 1, 1000]);
  }));

test('quota counts one device’s pushes per window, and others are not affected', () =>
  withRule(undefined, async (push, _wire, emulator) => {
    emulator.faults.set([
      { gateway: 'apns', fault: 'quota', per: 'device', limit: 2, seconds: 60, retryAfterSeconds: 30 },
    ]);
    const statuses = [await push(), await push(), await push()].map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.equal((await push('cc'.repeat(32))).status, 200);
    assert.equal((await push()).headers['retry-after'], '30');
  }));

test('a connection starts with one stream, and gets 1,000 with the first valid provider token', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  assert.deepEqual(wire.limits, [1]);
  const bad = await wire.request(pushTo(emulator, TOKEN, { authorization: 'bearer me' }), BODY);
  assert.equal(bad.status, 403);
  assert.deepEqual(wire.limits, [1]);
  await wire.request(pushTo(emulator), BODY);
  await wire.limit(1000);
  const { headerTableSize, initialWindowSize, maxFrameSize, maxHeaderListSize } = wire.session.remoteSettings;
  assert.deepEqual(
    [headerTableSize, initialWindowSize, maxFrameSize, maxHeaderListSize],
    [4096, 65_535, 16_384, 8000],
  );
});

test('excess streams are refused while the sender has not acknowledged the limit', async () => {
  await using emulator = await startEmulator();
  const { default: http2 } = await import('node:http2');
  const session = http2.connect(emulator.apns.url, { ca: emulator.ca });
  const codes = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<number>((resolve) => {
          const stream = session.request({ ':method': 'POST', ...pushTo(emulator) });
          stream.on('error', () => undefined).on('close', () => resolve(stream.rstCode));
          stream.resume().end(BODY);
        }),
    ),
  );
  assert.deepEqual(codes, [0, REFUSED_STREAM, REFUSED_STREAM]);
  session.destroy();
});

test('a rule hits only its gateway, topic and phone, a given number of times, in order', async () => {
  await using emulator = await startEmulator();
  emulator.faults.set([
    { gateway: 'apns-sandbox', fault: 'http', status: 500 },
    { gateway: 'apns', topic: 'com.example.other', fault: 'http', status: 500 },
    { gateway: 'apns', deviceToken: 'cc'.repeat(32), fault: 'http', status: 500 },
    { gateway: 'apns', fault: 'http', status: 503, times: 2 },
    { gateway: 'apns', fault: 'http', status: 429, times: 1 },
  ]);
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const statuses: unknown[] = [];
  for (let n = 0; n < 4; n++) statuses.push((await wire.request(pushTo(emulator), BODY)).status);
  assert.deepEqual(statuses, [503, 503, 429, 200]);
  assert.equal((await wire.request(pushTo(emulator, 'cc'.repeat(32)), BODY)).status, 500);
  const other = pushTo(emulator, TOKEN, { 'apns-topic': 'com.example.other' });
  assert.equal((await wire.request(other, BODY)).status, 500);
  assert.deepEqual(
    emulator.faults.list().map(({ applied }) => applied),
    [0, 1, 1, 2, 1],
  );
  emulator.faults.clear();
  assert.equal((await wire.request(other, BODY)).status, 200);
});

test('a probability hits that share of requests', async () => {
  let draws = 0;
  await using emulator = await startEmulator({ random: () => [0.1, 0.3, 0.29, 0.9][draws++ % 4] ?? 0 });
  emulator.faults.add({ gateway: 'apns', fault: 'http', status: 503, probability: 0.3 });
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const statuses: unknown[] = [];
  for (let n = 0; n < 4; n++) statuses.push((await wire.request(pushTo(emulator), BODY)).status);
  assert.deepEqual(statuses, [503, 200, 503, 200]);
});

test('a push accepted twice counts as a duplicate', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const id = '123e4567-e89b-42d3-a456-426614174000';
  const headers = pushTo(emulator, TOKEN, { 'apns-id': id, 'apns-collapse-id': id });
  for (let n = 0; n < 3; n++) await wire.request(headers, BODY);
  await wire.request(pushTo(emulator), BODY);
  await wire.request(pushTo(emulator, TOKEN, { 'apns-topic': TOPIC, 'apns-id': id.replace('1', '2') }), BODY);
  assert.deepEqual(emulator.duplicates(), [{ deviceToken: TOKEN, identity: id, collapseId: id, count: 3 }]);
});
