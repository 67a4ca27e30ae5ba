// A real HTTP/2 server over TLS for one test. It answers as the test specifies and can misbehave in every way.
import { createAuthority } from '../../../emulator/src/certificates.ts';
import { once } from 'node:events';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';

const authority = createAuthority(Date.now());
const certified = authority.issueServer(['localhost', '127.0.0.1', '127.0.0.2']);

export interface PeerRequest {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly session: ServerHttp2Session;
}

export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly sessions: ServerHttp2Session[];
  /** Requests in the order in which they were completed. */
  readonly requests: PeerRequest[];
  /** The n-th request (from 0) once it is complete. */
  request(n: number): Promise<PeerRequest>;
  /** The n-th session (from 0) once it is open. */
  session(n: number): Promise<ServerHttp2Session>;
  /** Sends SETTINGS; resolves when the client has acknowledged them. */
  settings(session: ServerHttp2Session, settings: Settings): Promise<void>;
  /** The raw TCP connection of a session. */
  socketOf(session: ServerHttp2Session): Socket;
  close(): Promise<void>;
}

export interface PeerOptions {
  readonly settings?: Settings;
  readonly host?: string;
  readonly port?: number;
  /** Client certificates are required and must be signed by the test CA. */
  readonly clientCertificates?: boolean;
  /** Answers a request; absent: leaves it open. */
  readonly answer?: (request: PeerRequest, n: number) => void;
}

export { authority };

/** Accepts a push like Apple. */
export function ok({ stream, headers }: PeerRequest): void {
  stream.respond({ ':status': 200, 'apns-id': headers['apns-id'] }, { endStream: true });
}

export async function startPeer(test: TestContext, options: PeerOptions = {}): Promise<Peer> {
  const { host = '127.0.0.1' } = options;
  const server = createSecureServer({
    cert: certified.certificate,
    key: certified.privateKey,
    settings: options.settings ?? {},
    ...(options.clientCertificates === true
      ? { requestCert: true, rejectUnauthorized: true, ca: authority.certificate }
      : {}),
  });
  const sessions: ServerHttp2Session[] = [];
  const requests: PeerRequest[] = [];
  const sockets = new Map<ServerHttp2Session, Socket>();
  const arrivals = new EventTarget();
  const raw: Socket[] = [];

  server.on('connection', (socket: Socket) => raw.push(socket));
  server.on('sessionError', () => {}); // tests break connections on purpose
  server.on('session', (session) => {
    session.on('error', () => {});
    const port = session.socket.remotePort;
    const socket = raw.find((candidate) => candidate.remotePort === port);
    if (socket !== undefined) sockets.set(session, socket);
    sessions.push(session);
    arrivals.dispatchEvent(new Event('arrival'));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    let body = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      body += chunk;
    });
    stream.on('end', () => {
      const { session } = stream;
      if (session === undefined) return;
      const request: PeerRequest = {
        stream: stream as ServerHttp2Stream,
        headers,
        body,
        session: session as ServerHttp2Session,
      };
      requests.push(request);
      arrivals.dispatchEvent(new Event('arrival'));
      options.answer?.(request, requests.length - 1);
    });
  });
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');

  async function nth<T>(list: readonly T[], n: number): Promise<T> {
    for (;;) {
      const item = list[n];
      if (item !== undefined) return item;
      await once(arrivals, 'arrival');
    }
  }

  const peer: Peer = {
    host,
    port: (server.address() as AddressInfo).port,
    ca: authority.certificate,
    sessions,
    requests,
    request: (n) => nth(requests, n),
    session: (n) => nth(sessions, n),
    settings: (session, settings) =>
      new Promise((resolve, reject) => {
        session.settings(settings, (error: Error | null) => (error === null ? resolve() : reject(error)));
      }),
    socketOf(session) {
      const socket = sockets.get(session);
      if (socket === undefined) throw new Error('no such session');
      return socket;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      for (const socket of raw) socket.destroy();
      await closed;
    },
  };
  test.after(() => peer.close());
  return peer;
}
