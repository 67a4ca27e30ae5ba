// The transport against third-party HTTP/2 servers: the same requests to each.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import type { Answer, Result } from '../../../src/gateways/exchange.ts';
import { HeaderTemplate, requestFields, VARIES } from '../../../src/gateways/http2/header-template.ts';
import { createPool } from '../../../src/gateways/pool.ts';
import { PATIENT, reports } from '../harness.ts';
import { authority } from '../peer.ts';
import { missing, SERVERS, type InteropServer } from './servers.ts';

const REQUESTS = 1_000;
/** As large as pushes get: in total far more than any initial window. */
const BODY_BYTES = 4_096;
const IDLE_MS = 100;
/**
 * Below every server's limit. At its limit of 250, Go may read a new request before it has counted the end of an answered one,
 * and resets the new stream with PROTOCOL_ERROR (`processHeaders` in golang.org/x/net/http2/server.go).
 */
const MAX_STREAMS = 90;

async function open(
  t: TestContext,
  server: InteropServer,
): Promise<(path: string, body: string) => Promise<Result>> {
  const port = await server.start(t);
  const endpoint = { host: '127.0.0.1', port, ca: authority.certificate };
  const { events, troubles, until } = reports();
  const pool = createPool({
    endpoint,
    policy: { ...PATIENT, maxSessions: 1, maxStreams: MAX_STREAMS, idleTrustMs: IDLE_MS },
    clock: systemClock,
    onCredit: () => events.credit(),
    onTrouble: (trouble) => events.trouble(trouble),
  });
  t.after(() => pool.close(0));
  const template = new HeaderTemplate([
    ...requestFields(endpoint, VARIES),
    ['authorization', 'bearer secret'],
  ]);
  return async (path, body) => {
    for (;;) {
      pool.want(1);
      await until(() => pool.credit > 0);
      const result = await new Promise<Result>((done) =>
        pool.request({ template, values: [path] }, body, done),
      );
      assert.deepEqual(troubles, []);
      if (result.kind !== 'unsent') return result;
    }
  };
}

function answered(result: Result): Answer {
  assert(result.kind === 'answered', JSON.stringify(result));
  return result;
}

for (const server of SERVERS)
  // Go's first build compiles its standard library: more than two minutes on a busy machine.
  describe(server.name, { skip: missing(server), timeout: 600_000 }, () => {
    test('answers a request, refuses another, and answers a PING after an idle spell', async (t) => {
      const send = await open(t, server);
      const first = answered(await send('/echo', '{"aps":{"alert":"Grüße 😀"}}'));
      assert.equal(first.status, 200);
      assert.equal(first.body, server.echoes ? '{"aps":{"alert":"Grüße 😀"}}' : 'fine');
      assert.equal(first.whole, true);
      if (server.needs !== 'nghttpd') assert.equal(answered(await send('/nothing', '{}')).status, 404);
      await setTimeout(IDLE_MS);
      assert.equal(answered(await send('/echo', '{}')).status, 200);
    });

    test(`takes ${REQUESTS} requests of ${BODY_BYTES} bytes at once, whatever its windows, and loses none`, async (t) => {
      const send = await open(t, server);
      const results = await Promise.all(
        Array.from({ length: REQUESTS }, async (_, n) => {
          const body = String(n).padStart(BODY_BYTES, '.');
          const { status, body: echo } = answered(await send('/echo', body));
          return status === 200 && echo === (server.echoes ? body : 'fine');
        }),
      );
      assert.deepEqual(new Set(results), new Set([true]));
    });
  });
