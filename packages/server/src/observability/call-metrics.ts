// Metrics of calls and of what they ask of the store. Counted in plain numbers (plain-counter.ts).
import type { Registry } from 'prom-client';
import { add, registerCounter } from './plain-counter.ts';
import { createSpread, histogramText } from './spread.ts';
import type { Spread } from './spread.ts';

export interface CallMetrics {
  /** Every answer, by what was requested: an operation, a source's path, or neither. */
  request(asked: string | undefined, status: number, durationMs: number): void;
  storeCall(verb: string, durationMs: number): void;
  /** Those that are not in the registry, as Prometheus reads them. */
  text(): string;
}

/** Upper bounds of the buckets, in seconds. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STORE_SECONDS = [0.0005, ...REQUEST_SECONDS];

interface OfOperation {
  readonly byStatus: Map<number, number>;
  readonly seconds: Spread;
}

export function createCallMetrics(registry: Registry): CallMetrics {
  const operations = new Map<string, OfOperation>();
  const verbs = new Map<string, Spread>();

  registerCounter(
    registry,
    'chatpush_requests_total',
    'API requests by operation and HTTP status.',
    ['operation', 'status'],
    function* () {
      for (const [operation, { byStatus }] of operations)
        for (const [status, count] of byStatus) yield [{ operation, status: String(status) }, count];
    },
  );

  return {
    request: (asked = 'none', status, durationMs) => {
      let operation = operations.get(asked);
      if (operation === undefined) {
        operation = { byStatus: new Map(), seconds: createSpread(REQUEST_SECONDS) };
        operations.set(asked, operation);
      }
      add(operation.byStatus, status);
      operation.seconds.add(durationMs / 1000);
    },
    storeCall: (verb, durationMs) => {
      let seconds = verbs.get(verb);
      if (seconds === undefined) verbs.set(verb, (seconds = createSpread(STORE_SECONDS)));
      seconds.add(durationMs / 1000);
    },
    text: () =>
      histogramText(
        'chatpush_request_seconds',
        'Time from the head of a request to its answer, by operation.',
        [...operations].map(([name, { seconds }]) => ({ label: `operation="${name}"`, spread: seconds })),
      ) +
      histogramText(
        'chatpush_store_seconds',
        'Time of store calls by verb, including waiting.',
        [...verbs].map(([verb, spread]) => ({ label: `verb="${verb}"`, spread })),
      ),
  };
}
