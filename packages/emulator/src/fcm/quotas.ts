// Google's published rates, enforced in strict mode. https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas
import { isJson, type Json } from '../notification.ts';
import type { Rates } from '../rates.ts';

const QUOTAS = {
  project: { limit: 600_000, seconds: 60 },
  deviceMinute: { limit: 240, seconds: 60 },
  deviceHour: { limit: 5_000, seconds: 3600 },
  // A burst of 20, one more every three minutes: as a window, 20 in an hour.
  collapsible: { limit: 20, seconds: 3600 },
} as const;

/** Seconds to wait if one more message exceeds a quota; undefined if it is allowed. */
export function overPublishedQuota(
  rates: Rates,
  project: string,
  deviceToken: string | undefined,
  message: Json,
  now: number,
): number | undefined {
  if (rates.over(QUOTAS.project, project, now)) return QUOTAS.project.seconds;
  if (deviceToken === undefined) return undefined;
  if (rates.over(QUOTAS.deviceMinute, deviceToken, now)) return QUOTAS.deviceMinute.seconds;
  if (rates.over(QUOTAS.deviceHour, deviceToken, now)) return QUOTAS.deviceHour.seconds;
  const collapses = isJson(message['android']) && message['android']['collapse_key'] !== undefined;
  return collapses && rates.over(QUOTAS.collapsible, `${project} ${deviceToken}`, now) ? 180 : undefined;
}
