// The channels worth examining: real ones, and emulated ones if an emulator is configured.
import { whereTo } from '../channels/channels.ts';
import type { ChannelName, Config } from '../config/config.ts';
import { CHANNEL_NAMES } from '../config/config.ts';

export interface Examined {
  readonly applicationArn: string;
  readonly channel: ChannelName;
  /** `real`, `EMULATED`, or an address. */
  readonly to: string;
}

export function channelsToExamine(config: Pick<Config, 'applications' | 'emulatorUrl'>): Examined[] {
  return config.applications.flatMap(({ arn, channels }) =>
    CHANNEL_NAMES.flatMap((name) => {
      const channel = channels[name];
      if (!channel || (channel.gateway === 'emulated' && config.emulatorUrl === undefined)) return [];
      return [{ applicationArn: arn, channel: name, to: whereTo(channel) }];
    }),
  );
}
