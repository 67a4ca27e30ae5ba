// A minimal OpenTelemetry collector: accepts spans by OTLP over HTTP, in JSON
// (https://opentelemetry.io/docs/specs/otlp/#otlphttp), and shows a trace as text.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: Pick<CollectedSpan, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  }[];
}

export interface Collector {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The sender's `service.name`. */
  readonly services: ReadonlySet<string>;
  /** Waits until this many spans of a name have arrived. */
  until(name: string, count: number): Promise<void>;
}

export async function startCollector(t: TestContext): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const services = new Set<string>();
  let more = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void (async () => {
      const { resourceSpans } = (await json(request)) as Export;
      if (request.url !== '/v1/traces') throw new Error(`spans went to ${request.url}`);
      for (const { resource, scopeSpans } of resourceSpans) {
        services.add(String(attribute(resource, 'service.name')));
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      more.resolve();
      more = Promise.withResolvers();
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    services,
    until: async (name, count) => {
      while (spans.filter((span) => span.name === name).length < count) await more.promise;
    },
  };
}

export const attribute = ({ attributes }: Pick<CollectedSpan, 'attributes'>, name: string) => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

const millis = (nanos: string): number => Number(BigInt(nanos) / 1_000n) / 1_000;

/** A trace as a tree: each span under its parent, with its start and duration. */
export function draw(spans: readonly CollectedSpan[]): string {
  const sorted = spans.toSorted((a, b) => millis(a.startTimeUnixNano) - millis(b.startTimeUnixNano));
  const ids = new Set(sorted.map(({ spanId }) => spanId));
  const from = millis(sorted[0]!.startTimeUnixNano);
  const line = (span: CollectedSpan, lead: string): string => {
    const began = millis(span.startTimeUnixNano);
    const what = ['chatpush.attempt', 'http.response.status_code', 'chatpush.answer']
      .map((name) => [name, attribute(span, name)] as const)
      .flatMap(([name, value]) =>
        value === undefined ? [] : [name === 'chatpush.attempt' ? `attempt ${value}:` : String(value)],
      )
      .join(' ');
    const times = `+${((began - from) / 1000).toFixed(3)} s  ${(millis(span.endTimeUnixNano) - began).toFixed(1)} ms`;
    return `${`${lead}${span.name}`.padEnd(26)}${what.padEnd(40)}${times}`.trimEnd();
  };
  const under = (parent: string | undefined, lead: string): string[] => {
    const children = sorted.filter(({ parentSpanId = '' }) =>
      parent === undefined ? !ids.has(parentSpanId) : parentSpanId === parent,
    );
    const lines: string[] = [];
    for (const [index, span] of children.entries()) {
      const isLast = index === children.length - 1;
      const own = parent === undefined ? '' : `${lead}${isLast ? '└─ ' : '├─ '}`;
      const inner = parent === undefined ? '' : `${lead}${isLast ? '   ' : '│  '}`;
      lines.push(line(span, own), ...under(span.spanId, inner));
    }
    return lines;
  };
  return `${under(undefined, '').join('\n')}\n`;
}
