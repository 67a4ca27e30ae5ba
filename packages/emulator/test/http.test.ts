// The HTTP API: what scripts, tests and the page use, and what a foreign page must not do.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { FAULTS, startEmulator, type Emulator, type LoggedRequest, type Said } from '@chatpush/emulator';
import { ALERT, connect, pushTo, TOKEN, TOPIC } from './senders.ts';

interface Plain {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: unknown;
}

/** Uses node:http, because fetch forbids the header fields that matter here and normalises paths. */
function call(
  base: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: http.OutgoingHttpHeaders; body?: unknown } = {},
): Promise<Plain> {
  const { port, hostname } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = http.request({ port, hostname, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

async function push(emulator: Emulator, payload: object = ALERT, status = 200): Promise<void> {
  await using wire = await connect(emulator.apns.url, emulator.ca);
  assert.equal((await wire.request(pushTo(emulator), JSON.stringify(payload))).status, status);
}

test('another origin, and a name that resolves to loopback, are refused', async () => {
  await using emulator = await startEmulator();
  const own = new URL(emulator.url).host;
  const refused: http.OutgoingHttpHeaders[] = [
    { origin: 'https://example.com' },
    { origin: 'null' },
    { host: 'rebound.example.com' },
    { host: 'localhost.example.com' },
    { host: 'notlocalhost' },
    {
      host: `rebound.example.com:${new URL(emulator.url).port}`,
      origin: `http://rebound.example.com:${new URL(emulator.url).port}`,
    },
  ];
  for (const headers of refused) {
    for (const path of ['/emulator', '/emulator/phones', '/console/']) {
      assert.equal((await call(emulator.url, path, { headers })).status, 403, JSON.stringify(headers));
    }
    assert.equal(
      (await call(emulator.url, '/emulator/faults', { method: 'PUT', headers, body: [] })).status,
      403,
    );
  }
  const welcome: http.OutgoingHttpHeaders[] = [
    { origin: `http://${own}` },
    { host: 'localhost' },
    { host: 'phones.localhost:1' },
    { host: '127.0.0.1:1' },
    {},
  ];
  for (const headers of welcome) {
    assert.equal((await call(emulator.url, '/emulator', { headers })).status, 200, JSON.stringify(headers));
  }
});

test('unknown paths are 404, wrong methods 405, unreadable requests 400', async () => {
  await using emulator = await startEmulator();
  assert.equal((await call(emulator.url, '/emulator/nothing')).status, 404);
  assert.equal((await call(emulator.url, '/nothing')).status, 404);
  const wrong = await call(emulator.url, '/emulator/faults', { method: 'PATCH' });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, PUT']);
  assert.equal((await call(emulator.url, '/emulator/faults', { method: 'PUT', body: '{' })).status, 400);
  assert.equal(
    (await call(emulator.url, '/emulator/faults', { method: 'PUT', body: ' '.repeat(1_100_000) })).status,
    413,
  );
  assert.equal((await call(emulator.url, '/emulator/phones/%ZZ')).status, 400);
  assert.equal((await call(emulator.url, '/emulator/phones/x/wait?count=many')).status, 400);
  assert.equal((await call(emulator.url, '/emulator/phones/x/wait?timeoutMs=-1')).status, 400);
  assert.equal(
    (await call(emulator.url, '/emulator/phones/x', { method: 'PUT', body: { deviceType: 'PAGER' } })).status,
    400,
  );
  assert.equal(
    (await call(emulator.url, '/emulator/phones/x/uninstall', { method: 'POST', body: { at: 'now' } }))
      .status,
    400,
  );
});

// Regression: each caused an unhandled rejection, which ended the process of the emulator or of the service around it.
for (const [what, path, rest] of [
  ['a sender that disconnects within its body', 'PUT /emulator/faults', 'Content-Length: 100\r\n\r\n['],
  [
    'a sender that disconnects before its body',
    'POST /emulator/phones/ab/uninstall',
    'Content-Length: 100\r\n\r\n',
  ],
  ['an invalid chunk', 'PUT /emulator/faults', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
] as const) {
  test(`the emulator survives ${what}`, async () => {
    await using emulator = await startEmulator();
    const socket = net.connect(Number(new URL(emulator.url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    const closed = once(socket, 'close');
    socket.end(`${path} HTTP/1.1\r\nHost: localhost\r\n${rest}`);
    await closed;
    assert.equal((await call(emulator.url, '/emulator')).status, 200);
    assert.deepEqual([emulator.faults.list(), emulator.phone('ab').uninstalledAt], [[], undefined]);
  });
}

test('rules are set and read, and an invalid one changes nothing', async () => {
  await using emulator = await startEmulator();
  const rules = [{ gateway: 'apns', fault: 'http', status: 503, times: 2 }];
  const set = await call(emulator.url, '/emulator/faults', { method: 'PUT', body: rules });
  assert.deepEqual(set.body, { rules: [{ ...rules[0], applied: 0 }] });
  const bad = await call(emulator.url, '/emulator/faults', {
    method: 'PUT',
    body: { rules: [{ gateway: 'fcm', fault: 'http', status: 7 }] },
  });
  assert.equal(bad.status, 400);
  const { problems } = bad.body as { problems: { where: string }[] };
  assert.deepEqual(
    problems.map(({ where }) => where),
    ['rules[0].status'],
  );
  const read = await call(emulator.url, '/emulator/faults');
  assert.deepEqual(
    read.body,
    JSON.parse(JSON.stringify({ rules: [{ ...rules[0], applied: 0 }], faults: FAULTS })),
  );
  await call(emulator.url, '/emulator/faults', { method: 'PUT', body: [] });
  assert.deepEqual(emulator.faults.list(), []);
});

test('phones are switched, uninstalled and installed by name', async () => {
  await using emulator = await startEmulator({ strict: { tokens: true } });
  const phone = `/emulator/phones/${TOKEN}`;
  const installed = await call(emulator.url, phone, {
    method: 'PUT',
    body: { deviceType: 'APNS', app: TOPIC },
  });
  assert.deepEqual(installed.body, {
    deviceToken: TOKEN,
    deviceType: 'APNS',
    app: TOPIC,
    state: 'on',
    received: 0,
  });
  await push(emulator);
  const flip = async (what: string, body?: unknown): Promise<Record<string, unknown>> =>
    (await call(emulator.url, `${phone}/${what}`, { method: 'POST', body })).body as Record<string, unknown>;
  assert.equal((await flip('switch-off'))['state'], 'off');
  assert.equal(emulator.phone(TOKEN).state, 'off');
  assert.equal((await flip('switch-on'))['state'], 'on');
  assert.equal((await flip('uninstall', { at: 1_700_000_000_000 }))['uninstalledAt'], 1_700_000_000_000);
  assert.equal((await flip('reinstall'))['uninstalledAt'], undefined);
});

// Apple's tokens are bytes, which senders and apps write in either case. Regression: a phone was not found by an upper-case
// token.
test('APNs tokens are case-insensitive, and FCM tokens are not', async () => {
  await using emulator = await startEmulator({ strict: { tokens: true } });
  const upper = TOKEN.toUpperCase();
  const install = (token: string, deviceType: string): Promise<Plain> =>
    call(emulator.url, `/emulator/phones/${token}`, { method: 'PUT', body: { deviceType } });
  assert.equal(((await install(upper, 'APNS')).body as { deviceToken: string }).deviceToken, TOKEN);
  await using wire = await connect(emulator.apns.url, emulator.ca);
  for (const token of [upper, TOKEN])
    assert.equal((await wire.request(pushTo(emulator, token), JSON.stringify(ALERT))).status, 200);
  assert.equal((await call(emulator.url, `/emulator/phones/${upper}`)).status, 200);
  assert.equal((await call(emulator.url, `/emulator/phones/${upper}/wait?count=2&timeoutMs=0`)).status, 200);
  assert.equal(emulator.phone(upper), emulator.phone(TOKEN));
  await install('fcm:Ab', 'GCM');
  await install('fcm:AB', 'GCM');
  assert.deepEqual(
    emulator.phones().map(({ deviceToken }) => deviceToken),
    [TOKEN, 'fcm:Ab', 'fcm:AB'],
  );
  await call(emulator.url, `/emulator/phones/${upper}/uninstall`, { method: 'POST' });
  assert.equal((await wire.request(pushTo(emulator), JSON.stringify(ALERT))).status, 410);
});

test('a notification can be exported to Xcode’s simulator', async () => {
  await using emulator = await startEmulator();
  await push(emulator, { ...ALERT, messageId: 'm1' });
  const file = await call(emulator.url, `/emulator/phones/${TOKEN}/notifications/1.apns`);
  assert.deepEqual(file.body, { 'Simulator Target Bundle': TOPIC, ...ALERT, messageId: 'm1' });
  assert.match(String(file.headers['content-disposition']), /attachment; filename="notification-1\.apns"/);
  assert.equal((await call(emulator.url, `/emulator/phones/${TOKEN}/notifications/2.apns`)).status, 404);
});

test('the log records the outcome of every request', async () => {
  await using emulator = await startEmulator();
  await push(emulator);
  const { body } = await call(emulator.url, '/emulator/requests');
  const { total, requests } = body as { total: number; requests: Record<string, unknown>[] };
  assert.equal(total, 1);
  const { at, apnsId, ...rest } = requests[0] ?? {};
  assert.ok(typeof at === 'number' && typeof apnsId === 'string');
  assert.deepEqual(rest, {
    n: 1,
    gateway: 'apns',
    connection: 1,
    stream: 1,
    deviceToken: TOKEN,
    app: TOPIC,
    accepted: true,
    status: 200,
    verdict: 'accepted',
  });
});

test('a refused request shows request and answer, without the credential', async () => {
  await using emulator = await startEmulator();
  emulator.phone(TOKEN).uninstall(1_700_000_000_000);
  await push(emulator, { ...ALERT, messageId: 'm1' }, 410);
  const { body } = await call(emulator.url, '/emulator/requests/1');
  const { request, said } = body as { request: LoggedRequest; said: Said };
  assert.equal(request.verdict, 'Unregistered');
  assert.deepEqual(JSON.parse(said.body ?? ''), { ...ALERT, messageId: 'm1' });
  assert.equal(said.headers['apns-topic'], TOPIC);
  assert.equal(said.headers['authorization'], undefined);
  assert.deepEqual(JSON.parse(said.answer?.body ?? ''), {
    reason: 'Unregistered',
    timestamp: 1_700_000_000_000,
  });
  assert.equal((await call(emulator.url, '/emulator/requests/2')).status, 404);
  assert.equal((await call(emulator.url, '/emulator/requests/x')).status, 404);
});

test('search finds phones by token, and accepted and refused requests by id', async () => {
  await using emulator = await startEmulator();
  await push(emulator, { ...ALERT, messageId: 'm "1"' });
  emulator.phone(TOKEN).uninstall();
  await push(emulator, { ...ALERT, messageId: 'm "1"' }, 410);
  const search = async (text: string): Promise<{ [kind: string]: object[] }> => {
    const { body } = await call(emulator.url, `/emulator/search?text=${encodeURIComponent(text)}`);
    return body as { [kind: string]: object[] };
  };
  const counts = async (text: string): Promise<number[]> =>
    Object.values(await search(text)).map(({ length }) => length);
  assert.deepEqual(await counts('m "1"'), [0, 1, 1]);
  assert.deepEqual(await counts(TOKEN.slice(0, 9).toUpperCase()), [1, 0, 0]);
  const apnsId = emulator.requests.list()[0]?.apnsId ?? '';
  assert.deepEqual(await counts(apnsId), [0, 0, 1]);
  assert.deepEqual(await counts('nowhere'), [0, 0, 0]);
  assert.equal((await call(emulator.url, '/emulator/search')).status, 400);
});

test('everything that happens is sent as an event', async () => {
  await using emulator = await startEmulator();
  const abort = new AbortController();
  const response = await fetch(`${emulator.url}/emulator/events`, { signal: abort.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  await push(emulator);
  emulator.phone(TOKEN).switchOff();
  emulator.faults.add({ gateway: 'apns', fault: 'rst' });
  emulator.forgetPhones();
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('event: phones-forgotten')) break;
  }
  abort.abort();
  const types = [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type);
  assert.deepEqual(types, [
    'phone-appeared',
    'notification',
    'request',
    'phone-changed',
    'faults-changed',
    'phones-forgotten',
  ]);
  const [, notified = ''] = /event: notification\ndata: (.+)\n\n/.exec(text) ?? [];
  const { deviceToken, notification } = JSON.parse(notified) as {
    deviceToken: string;
    notification: { payload: unknown };
  };
  assert.equal(deviceToken, TOKEN);
  assert.deepEqual(notification.payload, ALERT);
});

test('only the page’s files are served', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'));
  try {
    await mkdir(join(folder, 'page', 'assets'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'page', 'index.html'), '<h1>Phones</h1>');
    await writeFile(join(folder, 'page', 'assets', 'main.js'), 'phones()');
    await using emulator = await startEmulator({ consoleFiles: join(folder, 'page') });
    const index = await call(emulator.url, '/console/');
    assert.deepEqual(
      [index.status, index.text, index.headers['content-type']],
      [200, '<h1>Phones</h1>', 'text/html; charset=utf-8'],
    );
    const script = await call(emulator.url, '/console/assets/main.js?v=1');
    assert.deepEqual([script.status, script.text], [200, 'phones()']);
    for (const path of [
      '/console/../secret.txt',
      '/console/%2e%2e/secret.txt',
      '/console/..%2fsecret.txt',
      '/console/assets',
      '/console/%ZZ',
      '/console/%00',
    ]) {
      assert.equal((await call(emulator.url, path)).status, 404, path);
    }
    assert.deepEqual((await call(emulator.url, '/')).headers.location, '/console/');
    assert.deepEqual((await call(emulator.url, '/console')).headers.location, '/console/');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the emulator runs within another server, and leaves other paths to it', async () => {
  await using emulator = await startEmulator();
  const server = http.createServer((request, response) => {
    if (!emulator.handler(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await call(base, '/emulator')).status, 200);
  assert.equal((await call(base, '/emulators')).status, 418);
  assert.equal((await call(base, '/other')).status, 418);
  await new Promise((resolve) => server.close(resolve));
});

test('many emulators run in one process, isolated', async () => {
  const emulators = await Promise.all([startEmulator(), startEmulator(), startEmulator()]);
  const [first, ...others] = emulators;
  assert.ok(first);
  await push(first);
  assert.equal(first.phone(TOKEN).received, 1);
  for (const other of others) assert.deepEqual(other.phones(), []);
  await Promise.all(emulators.map((emulator) => emulator.close()));
});

test('a port in use is an error that leaves nothing open', async () => {
  await using emulator = await startEmulator();
  await assert.rejects(startEmulator({ port: Number(new URL(emulator.url).port) }), { code: 'EADDRINUSE' });
});
