// What answers at the other end of a channel, for people: no verdict may sound as if Apple or Google had answered
// when they have not.
import type { ChannelName } from '../config/config.ts';

export interface Answerer {
  readonly kind: 'gateway' | 'emulator' | 'stand-in';
  /** `Apple` or `Google`, even if something else answers in their place. */
  readonly of: 'Apple' | 'Google';
  /** The subject of a sentence. */
  readonly who: string;
}

/** From the name of the opened gateway: `apns`, `fcm (emulated)`, `apns (proxy.example:443)`. */
export function answererOf(gatewayName: string, channel: ChannelName): Answerer {
  const of = channel === 'GCM' ? 'Google' : 'Apple';
  const instead = /\((.+)\)$/.exec(gatewayName)?.[1];
  if (instead === undefined) return { kind: 'gateway', of, who: of };
  if (instead === 'emulated') return { kind: 'emulator', of, who: 'The emulator' };
  return { kind: 'stand-in', of, who: `${instead}, in ${of}’s place,` };
}
