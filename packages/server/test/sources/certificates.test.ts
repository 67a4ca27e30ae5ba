// A certificate is fetched and verified once; if it cannot be verified now, it is fetched again later.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { createSigningKeys } from '../../src/sources/sns/signing-keys.ts';
import { createReach } from '../../src/sources/sns/reach.ts';
import type { Reach } from '../../src/sources/sns/reach.ts';
import { certificateUrl, parseTopic } from '../../src/sources/sns/topic.ts';
import { attributes, chatMessage, startScene } from './harness.ts';
import { HOST, TOPIC, post, startStandInSns } from './stand-in-sns.ts';
import type { Handler, StandInSns } from './stand-in-sns.ts';

const topic = parseTopic(TOPIC)!;
let sns: StandInSns;
beforeEach(async () => {
  sns = await startStandInSns();
});
afterEach(() => sns.close());

function keys(options: { now?: () => number; reach?: Reach } = {}) {
  const find = createSigningKeys({
    reach: options.reach ?? createReach({ network: sns.network }),
    now: options.now ?? Date.now,
    authorities: sns.network.authorities,
  });
  return (address: string) => find(topic, certificateUrl(topic, address));
}

test('through the whole service: a thousand messages, one certificate fetched, one issuer', async () => {
  await using scene = await startScene();
  for (let batch = 0; batch < 20; batch++) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post(scene.service.url, scene.sns.notification(chatMessage(), attributes())),
      ),
    );
    for (const { status, text } of answers) assert.equal(status, 200, text);
  }
  assert.deepEqual(
    scene.sns.asked.map((asked) => asked.split(' ')[0]),
    [HOST, 'crt.r2m01.amazontrust.com'],
  );
  assert.equal(await scene.counted('taken'), 1000);
});

test('it is verified once, then its key is cached until it expires', async () => {
  let now = Date.now();
  const leaf = sns.between.issue({
    name: `sns-signing.eu-central-1.amazonaws.com`,
    issuerAt: 'http://crt.r2m01.amazontrust.com/r2m01.cer',
    to: now + 3_600_000,
  });
  const address = sns.serve(leaf.pem);
  const key = keys({ now: () => now });
  const first = await key(address);
  now += 3_500_000;
  assert.equal(await key(address), first);
  assert.equal(sns.asked.length, 2);
  now += 200_000;
  await assert.rejects(key(address), { reason: 'bad-certificate' });
  assert.equal(sns.asked.length, 3, 'it is looked for again: SNS may have renewed it');
});

test('a file with its whole chain needs no other host', async () => {
  const leaf = sns.between.issue({ name: 'sns.amazonaws.com' });
  await keys()(sns.serve(leaf.pem + sns.between.pem));
  assert.equal(sns.asked.length, 1);
});

test('many messages at once wait for the same fetch', async () => {
  const key = keys();
  const address = sns.serve(sns.leaf.pem);
  const found = await Promise.all(Array.from({ length: 100 }, () => key(address)));
  assert.equal(new Set(found).size, 1);
  assert.equal(sns.asked.length, 2);
});

test('made-up certificate URLs lead to few requests', async () => {
  const waiting: (() => void)[] = [];
  const key = keys();
  const addresses = Array.from({ length: 20 }, () =>
    sns.serve((_request, response) => void waiting.push(() => response.writeHead(404).end())),
  );
  const refusals = Promise.allSettled(addresses.map((address) => key(address)));
  while (waiting.length < 4) await new Promise((resolve) => setImmediate(resolve));
  for (const answer of waiting) answer();
  const reasons = (await refusals).map((result) => (result as PromiseRejectedResult).reason as Error);
  assert.equal(sns.asked.length, 4);
  assert.equal(reasons.filter(({ name }) => name === 'ServiceUnavailableException').length, 16);
  // And a refusal is remembered for a minute.
  for (const address of addresses.slice(0, 4))
    await assert.rejects(key(address), { reason: 'bad-certificate' });
  assert.equal(sns.asked.length, 4);
});

const FAULTS: [what: string, handler: Handler][] = [
  ['an error of SNS', (_request, response) => response.writeHead(503).end()],
  ['a throttle of SNS', (_request, response) => response.writeHead(429).end()],
  ['a connection cut', (request) => request.socket.destroy()],
  ['16 KiB and a byte', (_request, response) => response.end('x'.repeat(16_385))],
  ['silence for longer than 5 seconds', () => {}],
  ['a body that never ends', (_request, response) => void response.write('x')],
];
for (const [what, handler] of FAULTS)
  test(`${what} is not a refusal: SNS retries the message, which then succeeds`, async () => {
    let faulty = true;
    const address = sns.serve((request, response) => {
      if (!faulty) return response.end(sns.leaf.pem);
      faulty = false;
      return handler(request, response);
    });
    const key = keys();
    await assert.rejects(key(address), { name: 'ServiceUnavailableException' });
    assert.ok((await key(address)).key);
  });

test('a host with a certificate of another CA is not trusted', async () => {
  const key = keys({ reach: createReach({ network: { ...sns.network, authorities: [sns.between.pem] } }) });
  await assert.rejects(key(sns.serve(sns.leaf.pem)), { name: 'ServiceUnavailableException' });
});

test('if the settings name a proxy, all requests use it', async (t) => {
  const connected: string[] = [];
  const proxy = createServer((request, response) => {
    // An absolute target: the plain request for the issuer.
    connected.push(request.url!);
    response.end(sns.between.der);
  });
  proxy.on('connect', (request, socket) => {
    connected.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    const upstream = connect(sns.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  t.after(() => proxy.close().closeAllConnections());
  const { port } = proxy.address() as AddressInfo;
  const reach = createReach({
    network: { authorities: sns.network.authorities },
    proxy: `http://user:pass@127.0.0.1:${port}`,
  });
  assert.ok((await keys({ reach })(sns.serve(sns.leaf.pem))).key);
  const user = `Basic ${Buffer.from('user:pass').toString('base64')}`;
  assert.deepEqual(connected, [`${HOST}:443 ${user}`, 'http://crt.r2m01.amazontrust.com/r2m01.cer']);
});
