// One TCP connection to a gateway, with the failures that Node's HTTP/2 interface cannot produce.
import type { Http2Session, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Server as TlsServer, TLSSocket } from 'node:tls';

/**
 * An error listener for sockets and streams whose peer may disconnect at any time. The request log records the outcome of
 * requests.
 */
export const ignored = (): void => undefined;

/** HTTP/2 error code REFUSED_STREAM: the request was not processed. */
const REFUSED_STREAM = 7;

/** Adds a private member of Node that one fault needs. */
type TcpSocket = Socket & { _handle?: { readStop(): number } | null };

export class Connection {
  /** Counts from 1, per emulator. */
  readonly n: number;
  /** The TLS socket; its peer certificate is the client's, in certificate mode. */
  readonly tls: TLSSocket;
  /** Absent on HTTP/1.1. */
  session: ServerHttp2Session | undefined;
  /** Streams above it were refused by a GOAWAY. */
  lastStream = Infinity;
  #tcp: TcpSocket;
  #streams = 0;
  /** The wanted stream limit, the one last sent, and whether the latter is not acknowledged yet. */
  #limit: number | undefined;
  #limitSent: number | undefined;
  #settling = false;
  #leaving = false;

  constructor(n: number, tcp: Socket, tls: TLSSocket) {
    this.n = n;
    this.#tcp = tcp;
    this.tls = tls;
    // Each delayed answer listens for the end of the connection: up to one listener per stream, each short-lived.
    tls.setMaxListeners(0);
  }

  /** Counts the stream until it closes, then calls back. */
  opened(stream: ServerHttp2Stream, closed: () => void = ignored): void {
    this.#streams += 1;
    stream.on('error', ignored);
    stream.on('close', () => {
      this.#streams -= 1;
      closed();
      if (this.#leaving && this.#streams === 0) setImmediate(() => this.fin());
    });
  }

  /**
   * Sets the stream limit, if the sender is still there. Only one SETTINGS frame is in flight, and the newest limit comes
   * next: Node ends a session with more than 10 unacknowledged ones, and a fault may ask at every request.
   */
  limit(streams: number): void {
    this.#limit = streams;
    if (this.#settling || streams === this.#limitSent || this.session?.destroyed !== false) return;
    this.#limitSent = streams;
    this.#settling = true;
    this.session.settings({ maxConcurrentStreams: streams }, () => {
      this.#settling = false;
      this.limit(this.#limit ?? streams);
    });
  }

  /** Whether a GOAWAY said that this stream is not served. */
  refuses(stream: ServerHttp2Stream | undefined): boolean {
    if (stream === undefined || (stream.id ?? 0) <= this.lastStream) return false;
    // Node sends the last processed stream id instead of 0, so the sender would wait: refuse each stream instead.
    if (this.lastStream === 0) stream.close(REFUSED_STREAM);
    return true;
  }

  /** Closes as soon as no stream is open. Unlike Node's `close` it sends no GOAWAY. */
  leave(): void {
    this.#leaving = true;
    if (this.#streams === 0) setImmediate(() => this.fin());
  }

  /** Closes TLS and TCP (FIN) without any HTTP/2 frame. */
  fin(): void {
    this.tls.end();
  }

  /** TCP RST. */
  rst(): void {
    // After a FIN libuv refuses a reset (uv_tcp_close_reset), and Node 26 then never closes the handle.
    if (this.tls.writableEnded || this.tls.destroyed) this.#tcp.destroy();
    else if (!this.#tcp.destroyed) this.#tcp.resetAndDestroy();
  }

  /**
   * Stops reading for good, so that not even a PING is answered, like a peer that hangs. HTTP/2 reads
   * straight from the TCP handle, bypassing every stream, so the handle itself must be stopped.
   */
  freeze(): void {
    this.#tcp._handle?.readStop();
  }

  destroy(): void {
    this.session?.destroy();
    this.#tcp.destroy();
  }
}

/** All connections of the servers it is given. */
export class Connections {
  #open = new Set<Connection>();
  #handshaking = new Set<Socket>();
  #byTls = new WeakMap<TLSSocket, Connection>();
  #bySession = new WeakMap<Http2Session, Connection>();
  #count = 0;

  /** Tracks new connections of the server. Must be called before other listeners are added for its connections. */
  watch(server: TlsServer): void {
    const handshaking = new Map<string, Socket>();
    let latest: Connection | undefined;
    server.on('connection', (tcp: Socket) => {
      const peer = `${tcp.remoteAddress} ${tcp.remotePort}`;
      handshaking.set(peer, tcp);
      this.#handshaking.add(tcp);
      tcp.on('error', ignored);
      tcp.once('close', () => {
        handshaking.delete(peer);
        this.#handshaking.delete(tcp);
      });
    });
    server.on('tlsClientError', ignored);
    server.prependListener('secureConnection', (tls: TLSSocket) => {
      const peer = `${tls.remoteAddress} ${tls.remotePort}`;
      const tcp = handshaking.get(peer);
      if (tcp === undefined) return void tls.destroy(); // disconnected during the handshake
      handshaking.delete(peer);
      this.#handshaking.delete(tcp);
      const connection = new Connection((this.#count += 1), tcp, tls);
      latest = connection;
      this.#open.add(connection);
      this.#byTls.set(tls, connection);
      tls.on('error', ignored);
      tcp.once('close', () => this.#open.delete(connection));
    });
    // Node creates the session within the 'secureConnection' event, and hides the socket behind a proxy.
    server.on('session', (session: ServerHttp2Session) => {
      session.on('error', ignored);
      if (latest === undefined) return;
      latest.session = session;
      this.#bySession.set(session, latest);
    });
  }

  of(session: Http2Session | undefined): Connection | undefined {
    return session && this.#bySession.get(session);
  }

  ofSocket(tls: TLSSocket): Connection | undefined {
    return this.#byTls.get(tls);
  }

  get open(): readonly Connection[] {
    return [...this.#open];
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy();
    // Otherwise closing the server would wait for a peer that never finishes, up to Node's two minutes.
    for (const tcp of this.#handshaking) tcp.destroy();
  }
}
