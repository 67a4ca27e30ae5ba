// A TCP proxy that can fail like a network: cut connections, silence them, refuse new ones.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, NetConnectOpts, Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Resets every connection and refuses new ones, until `heal`. */
  cut(): void;
  /** Every open connection swallows all bytes from now on, permanently; new ones work. Like a firewall that lost its state. */
  halfOpen(): void;
  /** Like `halfOpen`, and new connections are accepted and also swallow everything, until `heal`. */
  silence(): void;
  heal(): void;
  close(): Promise<void>;
}

/** Only TCP can be reset; a Unix socket just ends. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

export async function startTcpProxy(target: NetConnectOpts): Promise<TcpProxy> {
  let mode: 'passing' | 'silent' | 'closed' = 'passing';
  const open = new Set<{ near: Socket; far: Socket; silent: boolean }>();

  const server = createServer((near) => {
    if (mode === 'closed') return near.resetAndDestroy();
    const far = connect(target);
    const pair = { near, far, silent: mode === 'silent' };
    open.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        if (pair.silent || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
      from.on('end', () => {
        if (!pair.silent) to.end();
      });
      // A cut connection reports its error only to this listener.
      from.on('error', () => undefined);
      from.on('close', (hadError) => {
        open.delete(pair);
        if (pair.silent) return;
        if (hadError) reset(to);
        else to.destroySoon();
      });
    }
    return undefined;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  const silenceAll = (): void => {
    for (const pair of open) pair.silent = true;
  };
  const resetAll = (): void => {
    for (const { near, far } of open) {
      reset(near);
      reset(far);
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = 'closed';
      resetAll();
    },
    halfOpen: silenceAll,
    silence() {
      mode = 'silent';
      silenceAll();
    },
    heal() {
      // Silenced connections stay silent: the other side has to notice by itself.
      mode = 'passing';
    },
    async close() {
      resetAll();
      await once(server.close(), 'close');
    },
  };
}
