// The sockets of a store's connections, so that closing need not wait for the server. The driver's `end` sends
// Terminate and waits for the other side to close, which a frozen server, or one behind a dead network, never does.
import { once } from 'node:events';
import { Socket } from 'node:net';

export interface Sockets {
  /** A new socket, for the driver's option of that name. */
  readonly stream: () => Socket;
  /** Destroys all current sockets, and later ones as soon as they are requested. */
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
