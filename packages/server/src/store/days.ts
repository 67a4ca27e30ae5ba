// Days of events, as UTC dates (`2026-11-22`) that compare as text.
import { RETENTION } from './store.ts';

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The oldest day whose deliveries are kept: a day has passed its retention when it ended that long ago. */
export const oldestDay = (now: number): string => dayOf(now - RETENTION.deliveryMs);
