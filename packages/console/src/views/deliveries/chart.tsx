// Deliveries of the last hour, one bar per minute, with the undelivered share in another colour. A bar links to its minute.
import type { DeliveryCount } from '@chatpush/client';
import { hrefOf, type DeliveriesAddress } from '../../address.ts';
import { hoursMinutes } from '../../words.ts';
import { scaleFor } from './scale.ts';

const HEIGHT = 64;
const WIDTH = 10;
const GAP = 2;
const MINUTE_MS = 60_000;

export function Chart({ counts, address }: { counts: readonly DeliveryCount[]; address: DeliveriesAddress }) {
  const started = counts.reduce((sum, one) => sum + one.started, 0);
  const undelivered = counts.reduce((sum, one) => sum + one.undelivered, 0);
  const top = scaleFor(Math.max(1, ...counts.map((one) => one.started)));
  const heightOf = (count: number): number =>
    count === 0 ? 0 : Math.max(2, Math.round((count / top) * HEIGHT));
  const said = (count: number): string => count.toLocaleString('en');
  return (
    <figure class="panel minutes">
      <figcaption>
        <span>Last {counts.length} minutes</span>
        <span class="legend">
          <i data-mood="good" /> {said(started)} started
        </span>
        <span class="legend">
          <i data-mood="bad" /> {said(undelivered)} of them not delivered
        </span>
        <span class="top">scale: {said(top)} per minute</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${counts.length * WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="group"
        aria-label="Minutes"
      >
        {counts.map(({ at, started: count, undelivered: bad }, index) => {
          if (count === 0) return null;
          const from = Date.parse(at);
          const to = new Date(from + MINUTE_MS).toISOString();
          const bar = { x: index * WIDTH + GAP / 2, width: WIDTH - GAP };
          const words = `${hoursMinutes(from)}: ${said(count)} started, ${said(bad)} of them not delivered`;
          return (
            <a key={at} href={hrefOf({ ...address, deliveryId: undefined, from: at, to })} aria-label={words}>
              <title>{words}</title>
              <rect class="ground" x={index * WIDTH} y={0} width={WIDTH} height={HEIGHT} />
              <rect class="started" {...bar} y={HEIGHT - heightOf(count)} height={heightOf(count)} />
              <rect class="undelivered" {...bar} y={HEIGHT - heightOf(bad)} height={heightOf(bad)} />
            </a>
          );
        })}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{hoursMinutes(Date.parse(counts[0]?.at ?? ''))}</span>
        <span>now</span>
      </p>
    </figure>
  );
}
