// A real HTTP server that records requests and sends the answers of a test.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  /** The target of the request line, unchanged. */
  readonly target: string;
  /** Alternating names and values, as received. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; called after its body has arrived. */
export type Respond = (request: RecordedRequest, response: ServerResponse) => void;

export interface RecordingServer {
  readonly url: string;
  readonly requests: RecordedRequest[];
  respond: Respond;
  [Symbol.asyncDispose](): Promise<void>;
}

export const REGISTERED: Respond = (_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"RegistrationId":"r-1"}');
};

export async function startRecordingServer(respond: Respond = REGISTERED): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request: RecordedRequest = {
        method: incoming.method!,
        target: incoming.url!,
        rawHeaders: incoming.rawHeaders,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      recording.respond(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recording: RecordingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    respond,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recording;
}

/** Answers from a list, one per request; the last answer repeats. */
export function inTurn(...responds: readonly Respond[]): Respond {
  let turn = 0;
  return (request, response) => responds[Math.min(turn++, responds.length - 1)]!(request, response);
}

/** An error as the service sends it. */
export const refuse =
  (status: number, name: string, message: string, headers: Record<string, string> = {}): Respond =>
  (_, response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-amzn-errortype': name,
      'x-amzn-requestid': 'request-1',
      ...headers,
    });
    response.end(JSON.stringify({ Message: message }));
  };

/** Any answer. */
export const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Respond =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
