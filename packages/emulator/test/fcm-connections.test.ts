// FCM over HTTP/2 and HTTP/1.1: streams, keep-alive connections, and every fault of either as a client sees it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import test from 'node:test';
import tls from 'node:tls';
import { startEmulator, type FaultRule, type LoggedRequest } from '@chatpush/emulator';
import { accessToken, connect, https1, sendFcm, sendUrl } from './senders.ts';

const DEVICE = 'dEvice:APA91bE-token_1';
const MESSAGE = { token: DEVICE, data: { title: 'Ann', body: 'Hello' } };

test('HTTP/2 has 100 concurrent streams, and HTTP/1.1 a keep-alive connection', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  await using wire = await connect(emulator.fcm.url, emulator.ca);
  assert.deepEqual(wire.limits, [100]);
  const headers = {
    ':path': new URL(sendUrl(emulator)).pathname,
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json',
  };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => wire.request(headers, JSON.stringify({ message: MESSAGE }))),
  );
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert.match((body as { name: string }).name, /^projects\/chatpush-emulator\/messages\//);
  }
  assert.equal(new Set(answers.map(({ body }) => (body as { name: string }).name)).size, 50);
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 3; n++) {
    const options = {
      headers: { authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ message: MESSAGE }),
      agent,
    };
    assert.equal((await https1(sendUrl(emulator), emulator.ca, options)).status, 200);
  }
  agent.destroy();
  const log = emulator.requests.list().slice(-3);
  assert.equal(new Set(log.map(({ connection }) => connection)).size, 1);
  assert.equal(emulator.phone(DEVICE).received, 53);
});

// Regression: FCM did not log a sender that gave up within its body; only APNs did.
test('a request aborted within its body is logged, over HTTP/2 and HTTP/1.1, and at the token endpoint', async () => {
  await using emulator = await startEmulator();
  const bad = { ':method': 'POST', ':path': new URL(sendUrl(emulator)).pathname };
  const given = async (cut: () => Promise<void>): Promise<unknown[]> => {
    const { promise, resolve } = Promise.withResolvers<LoggedRequest>();
    const leave = emulator.subscribe((event) => event.type === 'request' && resolve(event.request));
    await cut();
    const { gateway, app, verdict, status, accepted } = await promise;
    leave();
    return [gateway, app, verdict, status, accepted];
  };
  const project = emulator.credentials.fcm.project_id;
  const logged = [project, 'abandoned by the sender', undefined, false];
  const overHttp2 = async (): Promise<void> => {
    const wire = await connect(emulator.fcm.url, emulator.ca);
    const stream = wire.session.request(bad);
    stream.on('error', () => undefined).write('{"message"');
    await new Promise<void>((resolve) => wire.session.ping(() => resolve())); // the request has arrived
    wire.session.destroy(); // a stream closed by Node's client would say END_STREAM first
    await wire.closed;
  };
  assert.deepEqual(await given(overHttp2), ['fcm', ...logged]);
  for (const [path, ...row] of [
    [bad[':path'], 'fcm', ...logged],
    ['/token', 'oauth', undefined, ...logged.slice(1)],
  ]) {
    const cut = async (): Promise<void> => {
      const { host, port } = emulator.fcm;
      const socket = tls.connect({ host, port, ca: emulator.ca, ALPNProtocols: ['http/1.1'] });
      socket.on('error', () => undefined).resume();
      const closed = once(socket, 'close');
      socket.end(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{`);
      await closed;
    };
    assert.deepEqual(await given(cut), row);
  }
  assert.equal(emulator.requests.total, 3, 'each is logged once');
});

test('over HTTP/2: GOAWAY as FCM words it, streams refused, answers lost', async () => {
  await using emulator = await startEmulator();
  const headers = { ':path': new URL(sendUrl(emulator)).pathname, authorization: 'Bearer x' };
  const body = JSON.stringify({ message: MESSAGE });
  const play = async (rule: Omit<FaultRule, 'gateway'>) => {
    emulator.faults.set([{ gateway: 'fcm', ...rule, times: 1 }]);
    emulator.forgetPhones();
    const wire = await connect(emulator.fcm.url, emulator.ca);
    const answer = await wire.request(headers, body);
    if (rule.fault !== 'reset-stream') await wire.closed;
    wire.session.destroy();
    return {
      status: answer.status,
      code: answer.code,
      error: answer.error,
      away: wire.aways[0],
      received: emulator.phone(DEVICE).received,
    };
  };
  assert.deepEqual(await play({ fault: 'goaway', reason: 'session_timed_out' }), {
    status: 200,
    code: 0,
    error: undefined,
    away: { code: 0, lastStream: 1, debug: 'session_timed_out' },
    received: 1,
  });
  const calm = await play({ fault: 'goaway', code: 11, reason: 'too_many_pings' });
  assert.deepEqual(
    [calm.status, calm.away?.code, calm.away?.debug, calm.received],
    [undefined, 11, 'too_many_pings', 0],
  );
  const above = await play({ fault: 'goaway', refuse: true });
  assert.deepEqual([above.status, above.code, above.away?.code, above.received], [undefined, 7, 0, 0]);
  assert.deepEqual((await play({ fault: 'reset-stream' })).code, 7);
  const lost = await play({ fault: 'answer-lost' });
  assert.deepEqual([lost.status, lost.error, lost.received], [undefined, 'ECONNRESET', 1]);
  assert.equal((await play({ fault: 'fin' })).status, undefined);
});

test('over HTTP/1.1: reset, closed, lost, slow and turned away', async () => {
  await using emulator = await startEmulator();
  const play = (rule: Omit<FaultRule, 'gateway'>) => {
    emulator.faults.set([{ gateway: 'fcm', ...rule, times: 1 }]);
    emulator.forgetPhones();
    return sendFcm(emulator, 'x', MESSAGE);
  };
  for (const fault of ['rst', 'fin', 'reset-stream'] as const) {
    await assert.rejects(play({ fault }), { code: 'ECONNRESET' });
    assert.equal(emulator.phone(DEVICE).received, 0);
  }
  await assert.rejects(play({ fault: 'answer-lost' }), { code: 'ECONNRESET' });
  assert.equal(emulator.phone(DEVICE).received, 1);
  const away = await play({ fault: 'goaway' });
  assert.deepEqual([away.status, away.headers['connection']], [200, 'close']);
  const html = await play({ fault: 'not-json', status: 502 });
  assert.deepEqual([html.status, html.body], [502, undefined]);
  const began = performance.now();
  assert.equal((await play({ fault: 'slow', delayMs: 150 })).status, 200);
  assert.ok(performance.now() - began >= 145);
});
