// The server of `bench client`: answers every call at once, so that it is the client that is measured.
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
