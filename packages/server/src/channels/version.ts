// What decides how a channel is sent to, as a short text: a gateway is opened again when it changes.
//
// Unlike the fingerprint, which says where tokens are good, it has everything in it: a key that was replaced under the same id,
// the look of notifications, the proxy. It lives in this process only, for secrets go into it.
import { hash } from 'node:crypto';
import { channelOf, isChannel } from './channels.ts';
import type { FindApplication } from './channels.ts';
import type { Secret } from '../config/secret.ts';
import { revealed } from '../config/secret.ts';
import type { ChannelVersion } from '../delivery/outlets.ts';

export function createChannelVersion(options: {
  readonly applicationOf: FindApplication;
  readonly everything: boolean;
  readonly proxy?: () => Secret | undefined;
}): ChannelVersion {
  return ({ applicationArn, deviceType }) => {
    if (!isChannel(deviceType)) return undefined;
    const application = options.applicationOf(applicationArn);
    const channel = channelOf(application, deviceType, options.everything);
    if (!channel) return undefined;
    const { channels: _, ...look } = application ?? { channels: {} };
    return hash('sha256', revealed([channel, look, options.proxy?.()]), 'base64url');
  };
}
