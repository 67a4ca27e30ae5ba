// The emulated APNs: TLS, HTTP/2 only, one of Apple's two environments.
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { CertifiedKey } from '../certificates.ts';
import type { Connections } from '../connection.ts';
import { applyFault } from '../fault-effects.ts';
import type { FaultRules } from '../fault-rules.ts';
import type { Rates } from '../rates.ts';
import { ApnsExchange, type ApnsPlace } from './exchange.ts';
import { FIRST_SETTINGS, Line } from './line.ts';

export interface ApnsOptions extends ApnsPlace {
  certificate: CertifiedKey;
  /** Authorities whose client certificates are accepted as Apple's, PEM. */
  ca: string;
  connections: Connections;
  faults: FaultRules;
  rates: Rates;
}

/** Creates a server that does not listen yet. */
export function createApnsServer(options: ApnsOptions): Http2SecureServer {
  const { certificate, ca, connections, faults, gateway } = options;
  const lines = new WeakMap<Http2Session, Line>();
  const server = createSecureServer({
    cert: certificate.certificate,
    key: certificate.privateKey,
    ca,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
    requestCert: true, // a provider certificate is accepted, not required
    rejectUnauthorized: false,
    settings: FIRST_SETTINGS,
  });
  connections.watch(server);
  server.on('session', (session) => {
    const connection = connections.of(session);
    if (connection === undefined) return;
    lines.set(session, new Line(connection, gateway === 'apns' ? 'production' : 'development'));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers, _flags, raw) => {
    const line = stream.session && lines.get(stream.session);
    if (line === undefined) {
      stream.destroy();
      return;
    }
    const exchange = new ApnsExchange(options, line, stream, headers, raw);
    line.connection.opened(stream, () => exchange.closed());
    stream.on('data', (chunk: Buffer) => exchange.take(chunk));
    // Node emits 'end' also if the sender resets the stream within its body.
    stream.on('end', () => stream.aborted || deal(exchange));
  });

  function deal(exchange: ApnsExchange): void {
    const { line } = exchange;
    if (line.connection.refuses(exchange.stream)) return exchange.unanswered('above the last stream id');
    if (!faults.any) return exchange.send(exchange.serve());
    const target = { gateway, app: exchange.topic, deviceToken: exchange.deviceToken };
    const rule = faults.hit(target, (rule) => {
      if (rule.fault === 'rejection-throttle') return false;
      if (rule.fault !== 'quota') return true;
      const key = rule.per === 'device' ? exchange.deviceToken : exchange.topic;
      return options.rates.over(rule, key ?? '', options.clock.now());
    });
    if (rule !== undefined) return applyFault(rule, exchange);
    const answer = exchange.serve();
    if (answer.status >= 400 && answer.status !== 410) {
      if (faults.hit(target, ({ fault }) => fault === 'rejection-throttle')) line.throttle();
    }
    exchange.send(answer);
  }
  return server;
}
