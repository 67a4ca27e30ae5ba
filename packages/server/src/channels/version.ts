// What decides how a channel is sent to, as a short text: a gateway is reopened when it changes.
//
// Unlike the fingerprint, which says where tokens are valid, it contains everything: a key that was replaced under
// the same id, the look of notifications, the proxy, the emulator's address. It never leaves this process, because
// it contains secrets.
import { hash } from 'node:crypto';
import { channelOf, isChannel } from './channels.ts';
import type { ChannelOptions } from './channels.ts';
import type { Secret } from '../config/secret.ts';
import { revealed } from '../config/secret.ts';
import type { ChannelVersion } from '../delivery/outlets.ts';

export function createChannelVersion(
  options: ChannelOptions & { readonly proxy?: () => Secret | undefined },
): ChannelVersion {
  return ({ applicationArn, deviceType }) => {
    if (!isChannel(deviceType)) return undefined;
    const application = options.applicationOf(applicationArn);
    const channel = channelOf(application, deviceType, options.everything);
    if (!channel) return undefined;
    const { channels: _, ...look } = application ?? { channels: {} };
    const through = channel.gateway === 'emulated' ? options.emulator() : options.proxy?.();
    return hash('sha256', revealed([channel, look, through]), 'base64url');
  };
}
