import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { startEmulator, type Emulator, type EmulatorOptions } from '@chatpush/emulator';
import { postForm } from '../../../src/gateways/fcm/post-form.ts';
import { aPush, openFcm, soon } from '../harness.ts';

const MINUTE = 60_000;

async function start(t: TestContext, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  t.after(() => emulator.close());
  return emulator;
}

function tokenRequests(emulator: Emulator): number {
  return emulator.requests.list().filter(({ gateway }) => gateway === 'oauth').length;
}

/** A manual clock for sender and emulator. */
function turnable(): { now(): number; monotonic(): number; turn(ms: number): void } {
  let turned = 0;
  return {
    now: () => Date.now() + turned,
    monotonic: () => performance.now() + turned,
    turn(ms) {
      turned += ms;
    },
  };
}

describe('an access token', () => {
  test('is fetched once, however many attempts wait, and serves them all', async (t) => {
    const emulator = await start(t);
    const { begin, gateway } = openFcm(t, emulator);
    assert.equal(gateway.credit, 0);
    for (let n = 1; n <= 50; n++) gateway.want(n);
    for (const { kind } of await Promise.all(await begin(50))) assert.equal(kind, 'accepted');
    assert.equal(tokenRequests(emulator), 1);
  });

  test('is renewed before it expires, and the old token is used meanwhile', async (t) => {
    const clock = turnable();
    const emulator = await start(t, { clock });
    const { gateway, send } = openFcm(t, emulator, { clock });
    assert.equal((await send()).kind, 'accepted');
    clock.turn(54 * MINUTE);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(tokenRequests(emulator), 1);
    clock.turn(2 * MINUTE);
    emulator.faults.set([{ gateway: 'oauth', fault: 'slow', delayMs: 200 }]);
    for (let n = 0; n < 5; n++) assert.equal((await send()).kind, 'accepted');
    await soon(() => tokenRequests(emulator) === 2);
    // The first token would have expired by now.
    await soon(() =>
      emulator.requests
        .list()
        .some(({ gateway, status }, n) => gateway === 'oauth' && n > 0 && status === 200),
    );
    assert(gateway.credit > 0);
  });

  test('that expired without a successor means no credit, a problem, and retries as long as something waits', async (t) => {
    const clock = turnable();
    const emulator = await start(t, { clock });
    const { gateway, send, troubles, until } = openFcm(t, emulator, { clock });
    assert.equal((await send()).kind, 'accepted');
    clock.turn(61 * MINUTE);
    assert.equal(gateway.credit, 0);
    assert.deepEqual(await gateway.attempt(aPush()), { kind: 'unsent', answer: 'no access token', ms: 0 });
    emulator.faults.set([{ gateway: 'oauth', fault: 'http', status: 503, times: 2 }]);
    const attempt = send();
    await until(() => troubles.length > 0);
    assert.equal(troubles[0]?.about, 'connection');
    assert.match(troubles[0]?.answer ?? '', /^token endpoint: 503/);
    assert.equal((await attempt).kind, 'accepted');
    assert.equal(troubles.at(-1), undefined);
  });

  test('refused to this account is a credential problem', async (t) => {
    const emulator = await start(t);
    const { gateway, troubles, until } = openFcm(t, emulator);
    emulator.faults.set([{ gateway: 'oauth', fault: 'http', status: 400, reason: 'invalid_grant' }]);
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.equal(troubles[0]?.about, 'credential');
    assert.match(troubles[0]?.answer ?? '', /^token endpoint: 400 invalid_grant/);
    assert.equal(gateway.credit, 0);
  });

  for (const fault of ['not-json', 'fin', 'rst', 'black-hole', 'frozen'] as const) {
    test(`survives a token endpoint with the fault ${fault}`, async (t) => {
      const emulator = await start(t);
      emulator.faults.set([{ gateway: 'oauth', fault, times: 1 }]);
      const { FCM_POLICY } = await import('../../../src/gateways/policy.ts');
      const policy = { ...FCM_POLICY, attemptMs: 300, backOff: { firstMs: 20, mostMs: 50 } };
      const { send, troubles } = openFcm(t, emulator, { policy });
      assert.equal((await send()).kind, 'accepted');
      assert.equal(troubles[0]?.about, 'connection');
      assert.equal(troubles.at(-1), undefined);
    });
  }

  test('expired at Google before its time is replaced at once', async (t) => {
    const emulator = await start(t);
    const { send } = openFcm(t, emulator);
    assert.equal((await send()).kind, 'accepted');
    emulator.faults.set([{ gateway: 'fcm', fault: 'expire-access-token', times: 1 }]);
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.deepEqual([outcome.verdict, outcome.answer], ['again', '401 UNAUTHENTICATED']);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(tokenRequests(emulator), 2);
  });

  test('of a short life is used for that long', async (t) => {
    const clock = turnable();
    const emulator = await start(t, { clock });
    emulator.faults.set([{ gateway: 'oauth', fault: 'expires-in', seconds: 60, times: 1 }]);
    const { gateway, send } = openFcm(t, emulator, { clock });
    assert.equal((await send()).kind, 'accepted');
    clock.turn(61_000);
    assert.equal(gateway.credit, 0);
    assert.equal((await send()).kind, 'accepted');
  });

  test('with a lifetime of 0 is not used, and the next is fetched with backoff', async (t) => {
    const emulator = await start(t);
    emulator.faults.set([{ gateway: 'oauth', fault: 'expires-in', seconds: 0 }]);
    const { gateway, troubles, until } = openFcm(t, emulator);
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.match(troubles[0]?.answer ?? '', /^token endpoint: 200 with expires_in 0/);
    assert.equal(gateway.credit, 0);
    const before = tokenRequests(emulator);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Regression: there were a hundred requests per second.
    assert.ok(tokenRequests(emulator) - before < 10, `${tokenRequests(emulator) - before} fetches`);
    emulator.faults.clear();
    await until(() => gateway.credit > 0);
  });

  test('endpoint with an endless answer is a problem, and little of it is read', async (t) => {
    let sentBytes = 0;
    const endless = createServer((_, response) => {
      const chunk = Buffer.alloc(16_384, 'a');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
      };
      response.on('drain', more).on('error', () => {});
      more();
    });
    await once(endless.listen(0, '127.0.0.1'), 'listening');
    t.after(() => endless.close());
    const { port } = endless.address() as AddressInfo;
    await assert.rejects(
      postForm(`http://127.0.0.1:${port}/token`, {}, { ca: undefined, signal: AbortSignal.timeout(10_000) }),
      /the answer is longer than 65536 bytes/,
    );
    assert.ok(sentBytes < 32 * 1024 * 1024, `${sentBytes} bytes`);
  });

  test('is no longer fetched when nothing waits', async (t) => {
    const emulator = await start(t);
    emulator.faults.set([{ gateway: 'oauth', fault: 'http', status: 503 }]);
    const { gateway, troubles, until } = openFcm(t, emulator);
    gateway.want(1);
    await until(() => troubles.length > 1);
    gateway.want(0);
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await soon(() => timers() <= before);
    const asked = tokenRequests(emulator);
    gateway.want(0);
    assert.equal(tokenRequests(emulator), asked);
  });
});
