// A counter that is kept in plain numbers and becomes a metric only when Prometheus reads it: prom-client hashes the labels of
// every increment, which took 6 % of the main thread.
import { Counter, type Registry } from 'prom-client';

/** `read` returns the labels and the number of each series. */
export function registerCounter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => Iterable<readonly [labels: Readonly<Record<Label, string>>, count: number]>,
): void {
  registry.registerMetric(
    new Counter({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const [labels, count] of read()) this.inc(labels, count);
      },
    }),
  );
}

export function add<Key>(counts: Map<Key, number>, key: Key, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
