import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { createProviderTokens } from '../../../src/gateways/apns/provider-token.ts';
import { openApns, providerKey, providerPublicKey } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

const MINUTE = 60_000;
const SLOT = 40 * MINUTE;
/** The beginning of a slot. */
const START = 44_000 * SLOT;

function iatMs(token: string): number {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    iat: number;
  };
  return claims.iat * 1000;
}

describe('a provider token', () => {
  test('has what Apple requires: ES256, key id, team id, time of issue', async () => {
    const token = createProviderTokens(providerKey, () => START + 1).current();
    const { payload, protectedHeader } = await jwtVerify(token, providerPublicKey, {
      currentDate: new Date(START),
    });
    assert.deepEqual(protectedHeader, { alg: 'ES256', kid: providerKey.keyId });
    assert.deepEqual(payload, { iss: providerKey.teamId, iat: START / 1000 });
  });

  test('is the same bytes on every node and after every restart', () => {
    const mint = (at: number): string => createProviderTokens(providerKey, () => at).current();
    assert.equal(mint(START), mint(START + SLOT - 1));
    assert.notEqual(mint(START), mint(START + SLOT));
  });

  test('changes every 40 minutes and is never older than an hour, also when the clock jumps', () => {
    let now = START;
    const tokens = createProviderTokens(providerKey, () => now);
    const seen = new Set<string>();
    for (now = START; now < START + 10 * SLOT; now += MINUTE) {
      const age = now - iatMs(tokens.current());
      assert(age >= 0 && age < 60 * MINUTE);
      seen.add(tokens.current());
    }
    assert.equal(seen.size, 10);
    now = START - 5 * SLOT;
    assert.equal(iatMs(tokens.current()), now);
    now = START + 500 * SLOT;
    assert.equal(iatMs(tokens.current()), now);
  });

  test('falls back to the previous token while that is accepted, if Apple refuses the change as too early', () => {
    let now = START - 1;
    const tokens = createProviderTokens(providerKey, () => now);
    const previous = tokens.current();
    now = START + 1;
    const refused = tokens.current();
    assert.equal(tokens.keepPrevious(), true);
    assert.equal(tokens.current(), previous);
    now = START + 17 * MINUTE;
    assert.equal(tokens.current(), previous);
    assert(now - iatMs(previous) < 60 * MINUTE);
    now = START + 18 * MINUTE;
    assert.equal(tokens.current(), refused);
    assert.equal(tokens.keepPrevious(), false, 'the previous one is too old by now');
    now = START + SLOT;
    assert.equal(iatMs(tokens.current()), START + SLOT);
  });

  test('needs a P-256 key, and says so', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    assert.throws(() => createProviderTokens({ ...providerKey, privateKey: pem }, Date.now), /P-256/);
  });
});

describe('429 TooManyProviderTokenUpdates', () => {
  const refusal = JSON.stringify({ reason: 'TooManyProviderTokenUpdates' });

  test('restores the previous token, and all affected attempts are retried', async (t) => {
    let now = START - 1;
    const clock = { now: () => now, monotonic: () => performance.now() };
    let refused: string | undefined;
    const peer = await startPeer(t, {
      answer(request) {
        if (request.headers.authorization !== refused) return ok(request);
        request.stream.respond({ ':status': 429 });
        request.stream.end(refusal);
      },
    });
    const { begin, send } = openApns(t, peer, { clock });
    assert.equal((await send()).kind, 'accepted');
    now = START + MINUTE;
    refused = `bearer ${createProviderTokens(providerKey, () => now).current()}`;
    for (const outcome of await Promise.all(await begin(3))) {
      assert(outcome.kind === 'rejected');
      assert.equal(outcome.verdict, 'again');
    }
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.requests.at(-1)?.headers.authorization, peer.requests[0]?.headers.authorization);
    assert.equal(peer.sessions.length, 1);
  });

  test('without a previous token leads to waiting and a new connection', async (t) => {
    const clock = { now: () => START + 30 * MINUTE, monotonic: () => performance.now() };
    const peer = await startPeer(t, {
      answer(request, n) {
        if (n > 0) return ok(request);
        request.stream.respond({ ':status': 429 });
        request.stream.end(refusal);
      },
    });
    const { send } = openApns(t, peer, { clock });
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.equal(outcome.verdict, 'gateway-busy');
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 2);
  });
});
