// The limits, with the table's defaults for those that are not set.
import type { Config } from './config.ts';
import type { Value } from './setting.ts';
import { SETTINGS } from './settings.ts';

const { limits: LIMITS } = SETTINGS.members;

export function readLimits(given?: Value<typeof LIMITS>): Config['limits'] {
  const { perInstance } = LIMITS.members;
  return {
    requestsPerSecond: given?.requestsPerSecond ?? LIMITS.members.requestsPerSecond.default,
    burst: given?.burst ?? LIMITS.members.burst.default,
    perInstance: given?.perInstance ?? {
      callsPerSecond: perInstance.members.callsPerSecond.default,
      eventsPerSecond: perInstance.members.eventsPerSecond.default,
      deliveriesWaiting: perInstance.members.deliveriesWaiting.default,
      registrations: perInstance.members.registrations.default,
    },
  };
}
