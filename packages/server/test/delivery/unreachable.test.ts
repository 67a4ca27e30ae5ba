// Deliveries that a node holds for a gateway it can no longer reach go back to the store, for a node that can. The lease of a
// live node ends only when the delivery is settled, so otherwise they would wait for the network.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createChannelFingerprint } from '../../src/channels/fingerprint.ts';
import { createChannels } from '../../src/channels/channels.ts';
import { createDispatcher } from '../../src/delivery/dispatcher.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, createFastClock, startPipeline } from './pipeline.ts';

/** A proxy to a gateway that can be cut: connections end, and new ones are refused. */
async function startCable() {
  const sockets = new Set<Socket>();
  let target: { readonly host: string; readonly port: number } | undefined;
  const server = createServer((near) => {
    const far = connect(target!.port, target!.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}); // the other end tells
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    leadTo: (gateway: { readonly host: string; readonly port: number }) => void (target = gateway),
    cut: async () => {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test('deliveries for an unreachable gateway go back with that reason, and a node that reaches it sends them once', async () => {
  const cable = await startCable();
  const clock = createFastClock();
  let gate: PromiseWithResolvers<void> | undefined;
  const stored = Promise.withResolvers<void>();
  await using pipeline = await startPipeline({
    clock,
    apns: cable,
    wrap: (store) => ({
      ...store,
      enqueue: async (...batch) => {
        const states = await store.enqueue(...batch);
        if (gate) {
          stored.resolve();
          await gate.promise;
        }
        return states;
      },
    }),
  });
  cable.leadTo(pipeline.emulator.apns);
  const outlet = () => pipeline.dispatcher.status()[0]!;
  const token = iphone('held');
  await pipeline.register('contact', token);
  // Afterwards there is an open connection, and enqueue leases immediately.
  await pipeline.say('contact', ['0']);
  await pipeline.settled('contact', allAccepted);
  const { node } = pipeline.dispatcher;

  // They are leased to this node, and the network is cut before the node learns of it.
  gate = Promise.withResolvers();
  const said = pipeline.say('contact', ['1', '2', '3']);
  await stored.promise;
  await cable.cut();
  while (outlet().credit > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  gate.resolve();
  await said;
  assert.equal(outlet().held, 3);

  // Half of the time limit in one step; more would exceed the lease.
  clock.advance(3_000);
  await pipeline.settled('contact', (entries) =>
    entries.slice(0, 3).every(({ status, reason }) => `${status} ${reason}` === 'queued gateway-unreachable'),
  );
  assert.equal(outlet().held, 0);
  assert.equal(pipeline.dispatcher.node, node, 'it lives, so nothing was taken from it');

  const channels = { applicationOf: () => undefined, everything: true, emulator: () => pipeline.emulator };
  const failures: unknown[] = [];
  const other = createDispatcher({
    store: pipeline.store,
    clock,
    openGateway: createChannels({ ...channels, clock }),
    fingerprintOf: createChannelFingerprint(channels),
    events: {
      attempt: () => {},
      tokenRefused: () => {},
      doubted: () => {},
      connectFailed: () => {},
      outage: () => {},
      outageOver: () => {},
      storeFailed: (_, error) => void failures.push(error),
      unreadable: (contact) => void failures.push(contact),
      lost: (ids) => void failures.push(ids),
    },
  });
  await other.start();
  try {
    await pipeline.settled('contact', (entries) => entries.length === 4 && allAccepted(entries));
  } finally {
    await other.stop(1_000);
  }
  assert.equal(pipeline.emulator.phone(token).notifications.length, 4);
  assert.deepEqual(failures, []);
});
