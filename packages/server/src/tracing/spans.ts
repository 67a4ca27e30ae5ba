// Spans by OpenTelemetry's API. A call's span is found by its asynchronous context. An attempt's span is a child of
// the call that brought the delivery, however long ago, found by the `traceparent` stored with it.
import { AsyncLocalStorage } from 'node:async_hooks';
import type * as Api from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import type { Traces } from './traces.ts';

export function createTraces(api: typeof Api, tracer: Api.Tracer, close: () => Promise<void>): Traces {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  const running = new AsyncLocalStorage<Api.Span | undefined>();

  const within = (parent: Api.SpanContext | undefined): Api.Context =>
    parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);

  return {
    begin: (traceparent) => {
      const span = tracer.startSpan('call', { kind: SpanKind.SERVER }, within(parseTraceparent(traceparent)));
      if (!span.isRecording()) return undefined;
      return {
        traceId: span.spanContext().traceId,
        run: (work) => running.run(span, work),
        end: ({ asked, method, status, error, instanceId }) => {
          span.updateName(asked ?? method);
          span.setAttributes({
            'http.request.method': method,
            'http.response.status_code': status,
            ...(asked !== undefined && { 'chatpush.operation': asked }),
            ...(instanceId !== undefined && { 'chatpush.instance': instanceId }),
            ...(error !== undefined && { 'error.type': error }),
          });
          // A caller's mistake is not an error of the server's span (OpenTelemetry, semantic conventions for HTTP
          // spans).
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, message: error ?? '' });
          span.end();
        },
      };
    },
    current: () => {
      const span = running.getStore();
      return span && formatTraceparent(span.spanContext());
    },
    storeCall: (verb, ms, failed) => {
      const parent = running.getStore();
      if (parent === undefined) return;
      const endedAt = Date.now();
      const span = tracer.startSpan(
        `store ${verb}`,
        { startTime: endedAt - ms, attributes: { 'chatpush.store.verb': verb } },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endedAt);
    },
    attempt: ({ traceparent, deliveryId, gateway, number, at, ms, outcome, answer }) => {
      const parent = parseTraceparent(traceparent);
      if (parent === undefined) return;
      const span = tracer.startSpan(
        `push ${gateway}`,
        {
          kind: SpanKind.CLIENT,
          startTime: at,
          attributes: {
            'chatpush.delivery_id': deliveryId,
            'chatpush.gateway': gateway,
            'chatpush.attempt': number,
            'chatpush.outcome': outcome,
            'chatpush.answer': answer,
          },
        },
        within(parent),
      );
      if (outcome !== 'accepted') span.setStatus({ code: SpanStatusCode.ERROR, message: answer });
      span.end(at + ms);
    },
    outside: (work) => running.run(undefined, work),
    close,
  };
}
