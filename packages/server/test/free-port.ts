// A port for a server that cannot choose one itself, or must keep it when it is restarted.
//
// It lies below the range from which the operating system takes ports for other listeners and for connections (from 32,768 on
// Linux, from 49,152 elsewhere), so that none of these takes it before the server does.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    await once(server.close(), 'close');
    return port;
  }
}
