// One TCP connection to a gateway, with the ways it can go wrong that HTTP/2's own interface does not offer.
import type { Http2Session, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Server as TlsServer, TLSSocket } from 'node:tls';

/** For sockets and streams whose peer may go at any time: the request log says what became of requests. */
export const ignored = (): void => undefined;

/** HTTP/2 error code: nothing was done. */
const REFUSED_STREAM = 7;

/** With what Node keeps to itself, and one fault cannot do without. */
type TcpSocket = Socket & { _handle?: { readStop(): number } | null };

export class Connection {
  /** Counts from 1, per emulator. */
  readonly n: number;
  /** The TLS socket; its peer certificate is the client's, in certificate mode. */
  readonly tls: TLSSocket;
  /** Absent on HTTP/1.1. */
  session: ServerHttp2Session | undefined;
  /** Streams above it were refused by a GOAWAY and are not served. */
  lastStream = Infinity;
  #tcp: TcpSocket;
  #streams = 0;
  /** The stream limit wanted, the one last sent, and whether that is still to be acknowledged. */
  #limit: number | undefined;
  #limitSent: number | undefined;
  #settling = false;
  #leaving = false;

  constructor(n: number, tcp: Socket, tls: TLSSocket) {
    this.n = n;
    this.#tcp = tcp;
    this.tls = tls;
    // Each answer that is late on purpose listens for the end: as many as there are streams, none of them for long.
    tls.setMaxListeners(0);
  }

  /** Counts the stream until it closes, and says when. */
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
   * Sets the stream limit, if the sender is still there. One SETTINGS at a time is under way, the newest limit next: Node
   * gives up a session with more than 10 that are not acknowledged, and a fault may ask at every request.
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
    // Node sends "last processed" instead of a last stream id of 0, so its sender would wait: say it stream by stream.
    if (this.lastStream === 0) stream.close(REFUSED_STREAM);
    return true;
  }

  /** Closes as soon as no stream is open. Unlike Node's own way it sends no GOAWAY of its own. */
  leave(): void {
    this.#leaving = true;
    if (this.#streams === 0) setImmediate(() => this.fin());
  }

  /** Says goodbye by TLS and TCP (FIN) but not by HTTP/2. */
  fin(): void {
    this.tls.end();
  }

  /** TCP RST. */
  rst(): void {
    // Once a FIN is on its way libuv refuses a reset (uv_tcp_close_reset), and Node 26 then never closes the handle.
    if (this.tls.writableEnded || this.tls.destroyed) this.#tcp.destroy();
    else if (!this.#tcp.destroyed) this.#tcp.resetAndDestroy();
  }

  /**
   * Stops reading for good, so that not even a PING is answered, as with a peer whose machine hangs. HTTP/2 reads
   * straight from the TCP handle, past every stream, so that only the handle itself can be stopped.
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

  /** Connections of the server from now on are known here. Must come before other listeners of its connections. */
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
      if (tcp === undefined) return void tls.destroy(); // gone while it shook hands
      handshaking.delete(peer);
      this.#handshaking.delete(tcp);
      const connection = new Connection((this.#count += 1), tcp, tls);
      latest = connection;
      this.#open.add(connection);
      this.#byTls.set(tls, connection);
      tls.on('error', ignored);
      tcp.once('close', () => this.#open.delete(connection));
    });
    // Node makes the session within the 'secureConnection' event, and hides the socket behind a proxy.
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
    // Or whoever waits for the server to close waits for a peer that never finishes, up to Node's two minutes.
    for (const tcp of this.#handshaking) tcp.destroy();
  }
}
