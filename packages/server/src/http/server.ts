// The HTTP server. Fastify listens, keeps the limits of time and closes; what a request means is decided in pipeline.ts
// over the target as it came. So Fastify's router and body parsers, which would decode first and answer in their own
// words, see one route and no body.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import type { FindAccessKey } from '../auth/access-keys.ts';
import { createVerifySignature } from '../auth/signature.ts';
import type { Clock } from '../clock.ts';
import type { Handlers } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { refusal, thrownAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { DEFAULT_HTTP_LIMITS } from './limits.ts';
import type { HttpLimits } from './limits.ts';
import { checkLoopback, isLoopback } from './loopback.ts';
import { createPages } from './pages.ts';
import type { Link, PageParts } from './pages.ts';
import { createPipeline } from './pipeline.ts';
import type { Trace } from './pipeline.ts';
import { answerClientError, writeAndEnd } from './refused-connection.ts';
import { writeLog } from './request-log.ts';
import { createThrottle } from './throttle.ts';

/** A part of the server that answers on its own, such as the emulator's routes: whether it took the request. */
export type Mount = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface HttpServerOptions {
  readonly handlers: Handlers;
  readonly accessKey: FindAccessKey;
  /** The regions a signature may be made for. Default `any`. */
  readonly regions?: 'any' | readonly string[];
  /** The account in ARNs of refusals. Default twelve zeros. */
  readonly account?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly clock: Clock;
  readonly log?: Logger;
  readonly ready: PageParts['ready'];
  readonly metrics?: PageParts['metrics'];
  /** Asked in order, before operations; the body is theirs to read. A response still streaming on close is ended. */
  readonly mounts?: readonly Mount[];
  /** What the page at `/` points at besides its own. */
  readonly links?: readonly Link[];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Refuse to listen anywhere but on loopback, as the development defaults must. */
  readonly loopbackOnly?: boolean;
  /** Host names accepted besides those of loopback while listening there: a reverse proxy's. */
  readonly allowedHosts?: readonly string[];
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** From now on calls and mounts are answered with ServiceUnavailableException, and `/readyz` says no. */
  drain(): void;
  /** Drains, waits for running requests up to `limits.closeTimeoutMs`, then ends what is left. */
  close(): Promise<void>;
}

/** Rejects where it cannot listen. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock, log, mounts = [], allowedHosts = [] } = options;
  // Fastify opens one server per address of `localhost`, and the second would lack our listeners.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  const onLoopback = isLoopback(host);
  if (options.loopbackOnly && !onLoopback)
    throw new Error(`With the development defaults the service listens on loopback only, not on ${host}.`);
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const pages = createPages({ ready: options.ready, metrics: options.metrics, links: options.links ?? [] });
  const pipeline = createPipeline({
    handlers: options.handlers,
    verifySignature: createVerifySignature({
      accessKey: options.accessKey,
      regions: options.regions ?? 'any',
      now: () => clock.now(),
    }),
    throttle: createThrottle({ ...limits, monotonic: () => clock.monotonic() }),
    account: options.account ?? '000000000000',
  });
  let isDraining = false;
  const mounted = new Set<ServerResponse>();

  /** What every answer has. SDKs set their clocks by `Date`, so it is of the clock that their signatures are held against. */
  const headersOf = (requestId: string, isLast: boolean): OutgoingHttpHeaders => ({
    'x-amzn-requestid': requestId,
    date: new Date(clock.now()).toUTCString(),
    ...(isLast ? { connection: 'close' } : {}),
  });

  /** The answer, or undefined where a mount has taken the request. */
  const answerTo = async (
    request: IncomingMessage,
    response: ServerResponse,
    trace: Trace,
  ): Promise<Answer | undefined> => {
    const target = request.url ?? '';
    if (onLoopback) checkLoopback(request.headers, allowedHosts);
    const path = target.split('?', 1)[0]!;
    const page = pages.answer(request.method ?? '', path, request.headers.accept ?? '', isDraining);
    if (page) return page;
    if (isDraining) throw new ServiceError('ServiceUnavailableException', 'The service is stopping.');
    if (mounts.some((mount) => mount(request, response))) {
      mounted.add(response);
      response.once('close', () => mounted.delete(response));
      return undefined;
    }
    return pipeline(request, target, trace);
  };

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const startedAtMs = clock.monotonic();
    const trace: Trace = { requestId: request.id };
    request.raw.url = request.originalUrl;
    reply.hijack();
    let failure: unknown;
    const answer = await answerTo(request.raw, reply.raw, trace).catch((error: unknown) => {
      failure = error;
      return thrownAnswer(error);
    });
    if (answer === undefined) return;
    send(reply.raw, answer, headersOf(request.id, isDraining));
    writeLog(log, { ...trace, status: answer.status, durationMs: clock.monotonic() - startedAtMs }, failure);
  };

  const app = fastify({
    logger: false,
    genReqId: () => crypto.randomUUID(),
    rewriteUrl: () => '/',
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    clientErrorHandler: answerClientError,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs, limits.requestTimeoutMs),
      // Node's own answer to a missing Host has no body; a signature without Host is refused in our words.
      requireHostHeader: false,
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onRequest', handle);
  app.setNotFoundHandler(() => {});
  app.server.on('checkExpectation', (_request, response: ServerResponse) => {
    const answer = refusal('MalformedHttpRequestException', 'Only 100-continue can be expected.', {
      status: 417,
    });
    send(response, answer, headersOf(crypto.randomUUID(), true));
  });
  app.server.on('connect', (_request, socket) =>
    writeAndEnd(socket, refusal('UnknownOperationException', 'This server is no proxy.')),
  );
  await app.listen({ host, port: options.port });
  const { port } = app.server.address() as AddressInfo;

  const drain = () => {
    isDraining = true;
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    drain,
    async close() {
      drain();
      // A stream of events ends with its listener or with us; nobody would wait for it.
      for (const response of mounted) if (response.headersSent) response.destroy();
      const deadline = setTimeout(() => app.server.closeAllConnections(), limits.closeTimeoutMs);
      try {
        await app.close();
      } finally {
        clearTimeout(deadline);
      }
    },
  };
}

/** Writes an answer. */
function send(response: ServerResponse, { status, headers, body }: Answer, more: OutgoingHttpHeaders): void {
  response.writeHead(status, { ...headers, ...more, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
