// Deliveries and counts from the service, refreshed while they are shown: after each request to a gateway, and every few seconds.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Delivery, DeliveryCount } from '@chatpush/client';
import { listDeliveries, readCounts, readDelivery, type Access, type DeliveryFilter } from '../../service.ts';
import { useClock } from '../../use-live.ts';

const AT_MOST_EVERY_MS = 1_000;
const EVERY_MS = 3_000;

export interface DeliveriesRead {
  deliveries?: readonly Delivery[];
  hasMore?: boolean;
  counts?: readonly DeliveryCount[];
  /** The open delivery; null if the service has no such delivery. */
  opened?: Delivery | null;
  problem?: string;
}

/** The query as text: equal texts are the same query. */
export interface Asked {
  access: Access;
  filter: DeliveryFilter;
  pages: number;
  deliveryId: string | undefined;
}

/** `news` changes whenever there may be new data. */
export function useDeliveries(asked: Asked | undefined, news: unknown): DeliveriesRead {
  const [read, setRead] = useState<DeliveriesRead & { of?: string }>({});
  const askedAtMs = useRef(-Infinity);
  const tick = useClock(EVERY_MS);
  const of = JSON.stringify(asked);
  useEffect(() => {
    if (asked === undefined || document.hidden) return undefined;
    let isOver = false;
    const ask = async ({ access, filter, pages, deliveryId }: Asked): Promise<void> => {
      askedAtMs.current = performance.now();
      try {
        const [listed, counts, opened] = await Promise.all([
          listDeliveries(access, filter, pages),
          readCounts(access),
          deliveryId === undefined ? undefined : readDelivery(access, deliveryId),
        ]);
        if (!isOver)
          setRead({ of, ...listed, counts, ...(deliveryId !== undefined && { opened: opened ?? null }) });
      } catch (error) {
        if (!isOver) setRead((before) => ({ ...before, of, problem: (error as Error).message }));
      }
    };
    const waitMs = askedAtMs.current + AT_MOST_EVERY_MS - performance.now();
    const timer = setTimeout(() => void ask(asked), Math.max(0, waitMs));
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [of, news, tick]);
  // The last answer stays while a new query is pending.
  return asked === undefined ? {} : read;
}
