// The emulated FCM and its token endpoint: one TLS server that speaks HTTP/2 and HTTP/1.1, as Google's do.
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { CertifiedKey } from '../certificates.ts';
import type { Connection, Connections } from '../connection.ts';
import { applyFault } from '../fault-effects.ts';
import type { FaultRules } from '../fault-rules.ts';
import { SendExchange, TokenExchange, type FcmPlace, type Request, type Response } from './exchange.ts';

export interface FcmOptions extends FcmPlace {
  certificate: CertifiedKey;
  connections: Connections;
  faults: FaultRules;
}

/** Concurrent streams; firebase-admin limits itself to this number "to respect the backend limit". */
const STREAMS = 100;
/** Bodies are kept up to this size; the largest valid message is far smaller. */
const KEPT_BYTES = 65_536;

/** Creates a server that does not listen yet. */
export function createFcmServer(options: FcmOptions): Http2SecureServer {
  const { certificate, connections, faults } = options;
  const server = createSecureServer({
    cert: certificate.certificate,
    key: certificate.privateKey,
    minVersion: 'TLSv1.2',
    allowHTTP1: true,
    settings: { maxConcurrentStreams: STREAMS },
  });
  connections.watch(server);
  server.on('request', (request: Request, response: Response) => {
    const connection =
      'stream' in request
        ? connections.of(request.stream.session)
        : connections.ofSocket(request.socket as TLSSocket);
    if (connection === undefined) return void response.destroy();
    if ('stream' in request) connection.opened(request.stream);
    let body = '';
    let isWhole = false;
    const exchange = (): SendExchange | TokenExchange =>
      request.url?.split('?')[0] === '/token' && request.method === 'POST'
        ? new TokenExchange(options, connection, request, response, body)
        : new SendExchange(options, connection, request, response, body);
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      if (body.length <= KEPT_BYTES) body += text;
    });
    request.on('end', () => {
      // Node emits 'end' also if the sender resets the stream within its body.
      if ('stream' in request && request.stream.aborted) return;
      isWhole = true;
      const made = exchange();
      // A failure here is a bug and must surface, so nothing catches it.
      if (made instanceof TokenExchange) void dealToken(made);
      else dealSend(made, connection);
    });
    response.once('close', () => {
      if (!isWhole) exchange().unanswered('abandoned by the sender');
    });
  });

  function dealSend(exchange: SendExchange, connection: Connection): void {
    if (connection.refuses(exchange.stream)) return exchange.unanswered('above the last stream id');
    const target = { gateway: 'fcm', app: exchange.project, deviceToken: exchange.deviceToken } as const;
    const rule = faults.hit(target, (rule) => {
      if (rule.fault !== 'quota') return true;
      const key = rule.per === 'device' ? exchange.deviceToken : exchange.project;
      return options.rates.over(rule, key ?? '', options.clock.now());
    });
    if (rule === undefined) exchange.send(exchange.serve());
    else applyFault(rule, exchange);
  }

  async function dealToken(exchange: TokenExchange): Promise<void> {
    const rule = faults.hit({ gateway: 'oauth' });
    await exchange.judge(rule?.fault === 'expires-in' ? rule.seconds : undefined);
    if (rule === undefined) exchange.send(exchange.serve());
    else applyFault(rule, exchange);
  }
  return server;
}
