// The HTTP server: node:http, its timeouts, and the order in which handlers are tried. pipeline.ts decides what a
// call means, using the target as it arrived. A framework's router and body parsers decode before a signature can
// be checked, and refuse in their own words. We once used Fastify with everything but `listen` and `close` switched
// off, then removed those too.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { createVerifyBearer } from '../auth/bearer.ts';
import { socketAddress } from '../auth/client-address.ts';
import { createVerifySignature } from '../auth/signature.ts';
import { baseUrl } from '../addresses/base-url.ts';
import { isLoopback } from '../addresses/loopback.ts';
import { createApplicationOf } from '../operations/applications/application.ts';
import { ServiceError } from '../service-error.ts';
import { createTogether } from '../fairness/together.ts';
import { createTurns } from '../fairness/turns.ts';
import { createAdmission } from './admission.ts';
import { errorNameOf, jsonAnswer, refusal, thrownAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { createAuthenticate } from './authentication.ts';
import { endedEarly } from './body.ts';
import { createConnections } from './connections.ts';
import { DEFAULT_HTTP_LIMITS } from './limits.ts';
import { createHttpDate } from './http-date.ts';
import { listen } from './listening.ts';
import { checkLoopback } from './loopback.ts';
import { createPages } from './pages.ts';
import { createPipeline } from './pipeline.ts';
import type { Trace } from './pipeline.ts';
import { ALL_OPERATIONS } from './routes.ts';
import { answerClientError, writeAndEnd } from './refused-connection.ts';
import { writeLog } from './request-log.ts';
import { createThrottle } from './throttle.ts';
import { headOwner } from './turn-owner.ts';
import type { HttpServerOptions, Source } from './server-options.ts';

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** From now on calls and mounts are answered with ServiceUnavailableException, and `/readyz` reports not ready. */
  drain(): void;
  /** Drains, waits for running requests up to `limits.closeTimeoutMs`, then ends the rest. */
  close(): Promise<void>;
}

/** Rejects if it cannot listen. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock, log, mounts = [] } = options;
  const { host } = options;
  const onLoopback = isLoopback(host);
  if (options.loopbackOnly && !onLoopback)
    throw new Error(`With the development defaults the service listens only on loopback, not on ${host}.`);
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const pages = createPages({
    ready: options.ready,
    channels: options.channels,
    metrics: options.metrics,
    links: options.links ?? [],
    log,
    monotonic: () => clock.monotonic(),
  });
  const { turns = createTurns(), addressOf = ({ socket }) => socketAddress(socket) } = options;
  const admission = createAdmission({
    limits,
    turns,
    addressOf,
    monotonic: () => clock.monotonic(),
  });
  const connections = createConnections(limits);
  const account = () => options.account ?? '000000000000';
  const pipeline = createPipeline({
    applicationOf: options.applicationOf ?? createApplicationOf({ configured: () => [], account }),
    admission,
    turns,
    handlers: options.handlers,
    authenticate: createAuthenticate({
      verifySignature: createVerifySignature({
        accessKey: options.accessKey,
        get regions() {
          return options.regions ?? 'any';
        },
        now: () => clock.now(),
      }),
      verifyBearer: options.verifyBearer ?? createVerifyBearer({ keys: [], trustedProxies: [] }),
      findParticipant: options.findParticipant ?? (() => undefined),
      findSession: options.findSession ?? (() => undefined),
    }),
    throttle: createThrottle({
      get callsPerSecond() {
        return options.limits?.callsPerSecond ?? DEFAULT_HTTP_LIMITS.callsPerSecond;
      },
      get burst() {
        return options.limits?.burst ?? DEFAULT_HTTP_LIMITS.burst;
      },
      monotonic: () => clock.monotonic(),
    }),
    account,
    onCall: options.onCall ?? (() => {}),
  });
  let isDraining = false;
  const mounted = new Set<ServerResponse>();

  const dateOf = createHttpDate();
  /**
   * Writes an answer. SDKs set their clocks by `Date`, so it uses the clock that checks their signatures. The headers are a
   * flat list, because Node reads that without copying it.
   */
  const send = (response: ServerResponse, answer: Answer, requestId: string, isLast: boolean): void => {
    const { status, headers, body } = answer;
    const lines = ['x-amzn-requestid', requestId, 'x-content-type-options', 'nosniff'];
    lines.push('date', dateOf(clock.now()));
    for (const name of Object.keys(headers)) lines.push(name, headers[name]!);
    if (isLast && headers['connection'] === undefined) lines.push('connection', 'close');
    // RFC 9110 §8.6: an answer without content (204) has no Content-Length.
    if (status !== 204) lines.push('content-length', String(Buffer.byteLength(body)));
    response.writeHead(status, lines);
    response.end(body);
  };

  /** The answer, or undefined if a mount took the request. May also throw synchronously. */
  const answerTo = (
    request: IncomingMessage,
    response: ServerResponse,
    trace: Trace,
  ): Promise<Answer> | undefined => {
    const target = request.url ?? '';
    if (onLoopback) checkLoopback(request.headers, options.allowedHosts ?? []);
    const path = target.split('?', 1)[0]!;
    const page = pages.answer(request.method ?? '', target, request.headers.accept ?? '', isDraining);
    if (page) return page;
    if (isDraining) throw new ServiceError('ServiceUnavailableException', 'The service is stopping.');
    if (mounts.some((mount) => mount(request, response))) {
      mounted.add(response);
      response.once('close', () => mounted.delete(response));
      return undefined;
    }
    const span = options.beginCall?.(request.headers['traceparent'] as string | undefined);
    trace.span = span;
    // In turns: reading 330 heads that arrived at once blocked the event loop for 120 ms.
    return turns.begin(headOwner(path), () => {
      if (request.socket.destroyed) throw endedEarly();
      const answer = () => answerCall(request, response, path, trace);
      return span === undefined ? answer() : span.run(answer);
    });
  };

  /** The answer of an operation or a source. */
  const answerCall = (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    trace: Trace,
  ): Promise<Answer> => {
    const source = request.method === 'POST' ? options.sources?.get(path) : undefined;
    if (source === undefined) return pipeline(request, response, request.url ?? '', trace);
    trace.source = path;
    return answerSource(source, request, response);
  };

  const answerSource = async (
    source: Source,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Answer> => {
    const { bodyLimitBytes } = source;
    const owner = source.turnOwner(request.headers, request);
    using received = await admission.receive({
      request,
      response,
      owner,
      claimant: owner,
      bodyLimitBytes,
    });
    await received.work();
    return (await source.take(received.body, request.headers, request)) ?? jsonAnswer(200, {});
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAtMs = clock.monotonic();
    const trace: Trace = { requestId: crypto.randomUUID() };
    let answer: Answer | undefined;
    let failure: unknown;
    try {
      answer = await answerTo(request, response, trace);
    } catch (error) {
      failure = error;
      answer = thrownAnswer(error, trace.operation && ALL_OPERATIONS[trace.operation], trace.requestId);
    }
    if (answer === undefined) return;
    // A mount threw after its answer had begun: the answer can only be cut short.
    if (response.headersSent) response.destroy();
    else {
      send(response, answer, trace.requestId, isDraining);
      connections.watch(request, response);
    }
    const durationMs = clock.monotonic() - startedAtMs;
    options.onAnswer?.(trace.operation ?? trace.source, answer.status, durationMs);
    const { status } = answer;
    const { span } = trace;
    const error = failure === undefined ? undefined : errorNameOf(answer);
    span?.end({
      asked: trace.operation ?? trace.source,
      method: request.method ?? '',
      status,
      error,
      instanceId: trace.instanceId,
    });
    options.onCallAnswered?.({
      operation: trace.operation,
      requestId: trace.requestId,
      status,
      error,
      accessKeyId: trace.accessKeyId,
      instanceId: trace.instanceId,
      named: trace.named,
      address: addressOf(request),
      authorization: request.headers.authorization ?? request.url ?? '',
    });
    writeLog(log, trace, status, clock.monotonic() - startedAtMs, failure);
  };

  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Often, so that few connections end at once.
    connectionsCheckingInterval: 100,
    // Node's own answer to a missing Host has no body; our signature check refuses it with a clear message.
    requireHostHeader: false,
  });
  const together = createTogether();
  const take = (request: IncomingMessage, response: ServerResponse): void =>
    connections.inTurn(request, response, () =>
      together(headOwner(request.url ?? ''), () => void handle(request, response)),
    );
  server.on('connection', (socket) => connections.watchParser(socket));
  server.on('request', take);
  // `100 Continue` is sent once there is room for the body.
  server.on('checkContinue', take);
  server.on('clientError', answerClientError);
  server.on('checkExpectation', (_request, response) => {
    const answer = refusal('MalformedHttpRequestException', 'The Expect header must be 100-continue.', {
      status: 417,
    });
    send(response, answer, crypto.randomUUID(), true);
  });
  server.on('connect', (_request, socket) =>
    writeAndEnd(socket, refusal('UnknownOperationException', 'This server is not a proxy.')),
  );
  const listening = await listen(server, host, options.port);
  const { port } = listening;
  let closed: Promise<unknown> | undefined;

  const drain = () => {
    isDraining = true;
  };
  return {
    url: baseUrl(host, port),
    port,
    drain,
    async close() {
      drain();
      // An event stream ends only with its listener or with the server; waiting for it is pointless.
      for (const response of mounted) if (response.headersSent) response.destroy();
      const deadline = setTimeout(() => server.closeAllConnections(), limits.closeTimeoutMs);
      // Also ends idle connections; those with a running answer end after it, because it says `Connection: close`.
      closed ??= listening.close();
      await closed;
      clearTimeout(deadline);
    },
  };
}
