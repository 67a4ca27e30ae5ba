// How values are spread over buckets, and Prometheus' text for it
// (prometheus.io/docs/instrumenting/exposition_formats, "Histograms and summaries").

export interface Spread {
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
  /** How many values are in each bucket; the last is for those above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
  add(value: number): void;
}

export function createSpread(bounds: readonly number[]): Spread {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  let sum = 0;
  return {
    bounds,
    counts,
    get sum() {
      return sum;
    },
    add: (value) => {
      let bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
      counts[bucket]!++;
      sum += value;
    },
  };
}

/** `label`: name, `=` and quoted value, which needs no escaping. */
export function histogramText(
  name: string,
  help: string,
  series: readonly { readonly label: string; readonly spread: Spread }[],
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { label, spread } of series) {
    let below = 0;
    for (const [bucket, count] of spread.counts.entries()) {
      below += count;
      lines.push(`${name}_bucket{le="${spread.bounds[bucket] ?? '+Inf'}",${label}} ${below}`);
    }
    lines.push(`${name}_sum{${label}} ${spread.sum}`, `${name}_count{${label}} ${below}`);
  }
  return `${lines.join('\n')}\n`;
}
