// What a delivery carries through the store for its sender, and its lane.
import type { Notification } from '../contact/events.ts';

/** Nothing that the delivery says besides: its registration, and its application and channel as its lane. */
export interface Work extends Notification {
  readonly deviceToken: string;
  /** Milliseconds since the epoch; the push is worthless after this. */
  readonly expiresAt: number;
  /** `traceparent` of the call that brought it, if traced; stored here so that every attempt joins its trace. */
  readonly trace?: string | undefined;
  /** Milliseconds since the epoch; absent: never replayed, it came with its event. */
  readonly replayedAt?: number;
}

/**
 * The part of an undelivered delivery that is kept for a replay: what the phone would have shown. The device token
 * is not kept: the registration has it, or is gone.
 */
export const serialiseKept = ({ title, body, data }: Work): string => JSON.stringify({ title, body, data });
export const parseKept = (text: string): Notification => JSON.parse(text) as Notification;

export const serialiseWork = (work: Work): string => JSON.stringify(work);
export const parseWork = (text: string): Work => JSON.parse(text) as Work;

/** The unit of isolation: one lane must not delay another. */
export interface LaneName {
  readonly instanceId: string;
  readonly applicationArn: string;
  readonly deviceType: string;
}

/**
 * Device types and ARNs have no spaces (the directory checks ARNs); the instance id, which may have some, is last.
 */
export const laneOf = ({ instanceId, applicationArn, deviceType }: LaneName): string =>
  `${deviceType} ${applicationArn} ${instanceId}`;

/** The prefix of the lane names of a device type, or of one application with it. */
export const laneBeginning = (
  channel: Pick<LaneName, 'deviceType'> & { readonly applicationArn?: string | undefined },
): string =>
  channel.applicationArn === undefined
    ? `${channel.deviceType} `
    : `${channel.deviceType} ${channel.applicationArn} `;

export function parseLane(lane: string): LaneName {
  const first = lane.indexOf(' ');
  const second = lane.indexOf(' ', first + 1);
  if (first < 0 || second < 0) throw new TypeError(`Invalid lane name: ${lane}`);
  return {
    deviceType: lane.slice(0, first),
    applicationArn: lane.slice(first + 1, second),
    instanceId: lane.slice(second + 1),
  };
}
