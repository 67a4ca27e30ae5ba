// The sockets of a store's connections, so that its end need not wait for the server's. The driver's `end` says goodbye and
// waits for the other side to close: a server that is frozen, or behind a dead network, never does.
import { once } from 'node:events';
import { Socket } from 'node:net';

export interface Sockets {
  /** The next one, for the driver's option of that name. */
  readonly stream: () => Socket;
  /** Destroys those there are, and those still to come as soon as they are asked for. */
  cut(): void;
  /** Resolves when none is open. */
  closed(): Promise<void>;
}

export function createSockets(): Sockets {
  const open = new Set<Socket>();
  let isCut = false;
  return {
    stream: () => {
      const socket = new Socket();
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      // Not before the driver listens to it.
      if (isCut) setImmediate(() => socket.destroy());
      return socket;
    },
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    closed: async () => {
      await Promise.all([...open].map((socket) => once(socket, 'close')));
    },
  };
}
