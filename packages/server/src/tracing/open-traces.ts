// OpenTelemetry's SDK and its OTLP exporter, which are loaded here and nowhere else, and only when traces are wanted.
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TracesConfig } from '../config/config.ts';
import { createTraces } from './spans.ts';
import type { Traces } from './traces.ts';

/** A collector that is away must not fill the log. */
const WARN_EVERY_MS = 60_000;
/** The SDK's default of 5 s, less: a person who looks for the trace of a push does so at once. */
const EXPORT_EVERY_MS = 1_000;
/** Spans that wait for the collector; at 500 bytes each, some megabytes. Beyond it new ones are dropped, with a warning. */
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
    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say counts more.
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
    // The exporter repeats what failed for 10 s, and longer than this nobody waits at a stop for the last spans.
    Promise.race([provider.shutdown(), wait(CLOSE_MS, undefined, { ref: false })]),
  );
}

/** What the SDK has to say, in our log: at most one line a minute. */
function diagnostics(log: Logger) {
  let saidAt = -Infinity;
  const warn = (message: string): void => {
    const now = performance.now();
    if (now - saidAt < WARN_EVERY_MS) return;
    saidAt = now;
    log.warn({ reason: message }, 'traces are not exported; pushes go on without them');
  };
  const nothing = (): void => undefined;
  return { error: warn, warn, info: nothing, debug: nothing, verbose: nothing };
}
