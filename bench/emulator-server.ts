// One of the two servers of emulator.ts, in its own process: the emulator, or node:http2 answering 200 to every request.
import http2, { type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@chatpush/emulator';
import { createAuthority } from '../packages/emulator/src/certificates.ts';

// The load generator asks before and after: throughput depends on other load on the machine, CPU time hardly does.
process.on('message', () => process.send?.(process.cpuUsage()));

const emulator = await startEmulator();
const credentials = emulator.credentials.apns;

if (process.argv[2] === 'emulator') {
  process.send?.({ url: emulator.apns.url, ca: emulator.ca, credentials });
  process.once('disconnect', () => void emulator.close());
} else {
  await emulator.close();
  const authority = createAuthority(Date.now());
  const { certificate, privateKey } = authority.issueServer(['127.0.0.1']);
  const server = http2.createSecureServer({
    cert: certificate,
    key: privateKey,
    settings: { maxConcurrentStreams: 1000 },
  });
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.resume();
    stream.on('end', () => stream.respond({ ':status': 200 }, { endStream: true }));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ url: `https://127.0.0.1:${port}`, ca: authority.certificate, credentials });
  });
  process.once('disconnect', () => process.exit());
}
