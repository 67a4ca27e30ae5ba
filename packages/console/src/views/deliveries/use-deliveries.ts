// Deliveries and counts from the service, refreshed while they are shown: after each request to a gateway, and every few seconds.
import type { Delivery, DeliveryCount } from '@chatpush/client';
import { listDeliveries, readCounts, readDelivery, type Access, type DeliveryFilter } from '../../service.ts';
import { useRefreshed } from '../../use-refreshed.ts';

const EVERY_MS = 3_000;

export interface DeliveriesRead {
  deliveries?: readonly Delivery[];
  hasMore?: boolean;
  counts?: readonly DeliveryCount[];
  /** The open delivery; null if the service has no such delivery. */
  opened?: Delivery | null;
  problem?: string;
}

export interface Asked {
  access: Access;
  filter: DeliveryFilter;
  pages: number;
  deliveryId: string | undefined;
}

/** `news` changes whenever there may be new data. */
export function useDeliveries(asked: Asked | undefined, news: unknown): DeliveriesRead {
  const ask = async ({ access, filter, pages, deliveryId }: Asked): Promise<DeliveriesRead> => {
    const [listed, counts, opened] = await Promise.all([
      listDeliveries(access, filter, pages),
      readCounts(access),
      deliveryId === undefined ? undefined : readDelivery(access, deliveryId),
    ]);
    return { ...listed, counts, ...(deliveryId !== undefined && { opened: opened ?? null }) };
  };
  const isAsking = asked !== undefined && !document.hidden;
  const question = { of: JSON.stringify(asked) ?? '', ask: isAsking ? () => ask(asked) : undefined };
  const { answer, problem } = useRefreshed(question, EVERY_MS, news);
  // The last answer stays while a new query is pending.
  return asked === undefined ? {} : { ...answer, ...(problem !== undefined && { problem }) };
}
