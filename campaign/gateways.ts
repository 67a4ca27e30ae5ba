// The network path from the nodes to the phones: an emulator in a separate process, behind proxies that can cut the path.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Description, FaultRule } from '@chatpush/emulator';
import type { Receipt } from './history.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export interface Gateways {
  /** The value of CHATPUSH_EMULATOR_URL. */
  readonly url: string;
  readonly receipts: readonly Receipt[];
  /** The proxies to APNs and FCM; the token endpoint is reached directly. */
  readonly ways: readonly TcpProxy[];
  setFaults(rules: readonly FaultRule[]): Promise<void>;
  close(): Promise<void>;
}

export async function startGateways(): Promise<Gateways> {
  const child = fork(new URL('phones-process.ts', import.meta.url), { execArgv: ['--conditions=source'] });
  const receipts: Receipt[] = [];
  const described = Promise.withResolvers<Description>();
  child.on('message', (message: { description?: Description; receipts?: Receipt[] }) => {
    if (message.description) described.resolve(message.description);
    for (const receipt of message.receipts ?? []) receipts.push(receipt);
  });
  child.once('exit', (code) => described.reject(new Error(`the phones' process exited with ${code}`)));
  const description = await described.promise;
  const apns = await startTcpProxy({ host: description.apns.host, port: description.apns.port });
  const fcm = await startTcpProxy({ host: description.fcm.host, port: description.fcm.port });

  // Answers the service's question at start, with the ports of the proxies instead of the gateways'.
  const body = JSON.stringify({
    ...description,
    apns: { ...description.apns, port: apns.port },
    fcm: { ...description.fcm, url: `https://${description.fcm.host}:${fcm.port}`, port: fcm.port },
  });
  const front = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    receipts,
    ways: [apns, fcm],
    setFaults: async (rules) => {
      const answer = await fetch(new URL('/emulator/faults', description.url), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules),
      });
      if (!answer.ok) throw new Error(`the emulator refuses the faults: ${await answer.text()}`);
    },
    close: async () => {
      front.closeAllConnections();
      front.close();
      const gone = once(child, 'exit');
      child.disconnect();
      await Promise.all([apns.close(), fcm.close(), gone]);
    },
  };
}
