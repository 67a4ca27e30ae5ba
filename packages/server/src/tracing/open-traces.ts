// OpenTelemetry's SDK and its OTLP exporter, which are loaded only here, and only if traces are on.
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TracesConfig } from '../config/config.ts';
import { createTraces } from './spans.ts';
import type { Traces } from './traces.ts';

/** An unreachable collector must not fill the log. */
const WARN_EVERY_MS = 60_000;
/** Less than the SDK's default of 5 s: people look for the trace of a push at once. */
const EXPORT_EVERY_MS = 1_000;
/**
 * Spans that wait for the collector; at 500 bytes each, some megabytes. Beyond this, new ones are dropped with a
 * warning.
 */
const MOST_WAITING = 8_192;
const CLOSE_MS = 2_000;

export async function openTraces(
  { url, share }: TracesConfig,
  version: string,
  log: Logger,
): Promise<Traces> {
  const [api, resources, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  api.diag.setLogger(diagnostics(log), {
    logLevel: api.DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  const provider = new sdk.TracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
    resource: resources
      .resourceFromAttributes({ 'service.name': 'chatpush', 'service.version': version })
      .merge(
        resources.detectResources({
          detectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector],
        }),
      ),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(share) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url }),
        scheduledDelayMillis: EXPORT_EVERY_MS,
        maxQueueSize: MOST_WAITING,
      }),
    ],
  });
  return createTraces(api, provider.getTracer('chatpush', version), () =>
    // The exporter retries for 10 s; a stop does not wait longer than this for the last spans.
    Promise.race([provider.shutdown(), wait(CLOSE_MS, undefined, { ref: false })]),
  );
}

/** The SDK's messages, in our log: at most one line a minute. */
function diagnostics(log: Logger) {
  let saidAt = -Infinity;
  const warn = (message: string): void => {
    const now = performance.now();
    if (now - saidAt < WARN_EVERY_MS) return;
    saidAt = now;
    log.warn({ reason: message }, 'traces are not exported; pushes are not affected');
  };
  const nothing = (): void => undefined;
  return { error: warn, warn, info: nothing, debug: nothing, verbose: nothing };
}
