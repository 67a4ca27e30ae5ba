// A bare node:http server that reads every call and answers immediately: the cost of HTTP alone, and a server that is never the
// bottleneck.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ANSWER = '{"RegistrationId":"r-1"}';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => process.exit(0));
