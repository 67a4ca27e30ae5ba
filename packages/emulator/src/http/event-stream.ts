// Server-sent events for everything that happens. https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Emulator } from '../emulator.ts';

/** A listener this far behind is disconnected; it reconnects and fetches the state. */
const MOST_BEHIND_BYTES = 1_048_576;

export function streamEvents(emulator: Emulator, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const unsubscribe = emulator.subscribe(({ type, ...rest }) => {
    if (response.writableLength > MOST_BEHIND_BYTES) response.destroy();
    else response.write(`event: ${type}\ndata: ${JSON.stringify(rest)}\n\n`);
  });
  request.socket.once('close', unsubscribe);
  response.once('close', unsubscribe);
}
