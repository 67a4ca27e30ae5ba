// npm run bench -- transport [--pairs 3] [--count 40000]
//
// The cost of an HTTP/2 client per push, without signatures, store and payload: our transport and a bare node:http2 loop
// alternate, with the same alert to the same sink and 1,000 in flight on one connection.
import { median, startChild } from './children.ts';
import { readOptions } from './options.ts';
import { openReport, printTable } from './report.ts';
import { onNode } from './senders.ts';

const SENDERS = [onNode('bare node:http2', 'bare'), onNode('our transport', 'transport')];
/** node:http2 took six times as much on a busy machine, and ten times on a quiet one (docs/decisions/0004-push-transport.md). */
const LEAST_SAVING = 4;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 3, count: 40_000 });
  const { pairs, count } = options;
  const report = openReport('transport', options);
  const sink = startChild('bench/sink.ts');
  try {
    const sinkUrl = await sink.line();
    const cpu = SENDERS.map((): number[] => []);
    const rates = SENDERS.map((): number[] => []);
    for (let pair = 0; pair < pairs; pair++)
      for (const [n, { send }] of SENDERS.entries()) {
        const { ms, cpuMs } = await send(sinkUrl, count);
        cpu[n]!.push((cpuMs * 1000) / count);
        rates[n]!.push((count * 1000) / ms);
      }
    printTable([
      ['sender', 'pushes/s', 'CPU µs per push'],
      ...SENDERS.map(({ name }, n) => [name, median(rates[n]!).toFixed(0), median(cpu[n]!).toFixed(1)]),
    ]);
    for (const [n, { name }] of SENDERS.entries()) report.figure(name, { cpu: cpu[n], rates: rates[n] });
    const savings = cpu[0]!.map((dear, pair) => dear / cpu[1]![pair]!);
    report.atLeast(
      'CPU of node:http2 / CPU of our transport, median of pairs',
      median(savings),
      LEAST_SAVING,
    );
    await report.save();
  } finally {
    await sink.stop();
  }
}
