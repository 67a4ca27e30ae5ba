// A name that resolves to this machine does not make the service call it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createReach } from '../../src/sources/sns/reach.ts';

test('a host whose name resolves to this machine is not contacted', async (t) => {
  let reached = 0;
  const inside = createServer((socket) => {
    reached++;
    socket.destroy();
  });
  await once(inside.listen(0, 'localhost'), 'listening');
  t.after(() => inside.close());
  const { port } = inside.address() as AddressInfo;
  for (const protocol of ['http', 'https'])
    await assert.rejects(
      createReach()(new URL(`${protocol}://localhost:${port}/certificate.pem`)),
      /^Error: localhost:\d+ cannot be reached: its name resolves to (127\.0\.0\.1|::1), which is not Amazon's$/,
    );
  assert.equal(reached, 0);
});

test('a proxy on this machine is used', async (t) => {
  let reached = 0;
  const proxy = createServer((socket) => {
    reached++;
    socket.destroy();
  });
  await once(proxy.listen(0, 'localhost'), 'listening');
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  await assert.rejects(
    createReach({ proxy: `http://localhost:${port}` })(
      new URL('https://sns.eu-central-1.amazonaws.com/a.pem'),
    ),
  );
  assert.equal(reached, 1);
});
