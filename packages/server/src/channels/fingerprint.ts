// What decides which device tokens are valid at a channel, as a short text: a suspension ends when it changes.
//
// It contains what a token is valid for (topic or project, environment), whose credential is used, and which
// gateway is asked. A new key for the same topic counts as a change although Apple's answer will hardly differ:
// this costs one refused push for each invalid token, while the opposite mistake would silence valid ones. It does
// not contain secrets, looks, texts or proxies.
import { hash } from 'node:crypto';
import { APPLE_HOSTS, GOOGLE_URL, channelOf, isChannel } from './channels.ts';
import type { ChannelOptions, EmulatedGateways } from './channels.ts';
import type { ApnsChannelConfig, ChannelConfig, ChannelName } from '../config/config.ts';
import { parseServiceAccount } from '../config/credentials.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';

/** 96 bits distinguish the few channels that an application ever has. */
const LENGTH = 16;

/** The same on every node with these settings, and after every start. */
export function createChannelFingerprint(options: ChannelOptions): ChannelFingerprint {
  const { applicationOf, everything } = options;
  const fingerprint = (name: ChannelName, channel: ChannelConfig): string | undefined => {
    const identity = identityOf(name, channel, options.emulator());
    return identity && hash('sha256', JSON.stringify([name, ...identity]), 'base64url').slice(0, LENGTH);
  };
  // It is needed for every event, and parsing a service account takes a while. A change creates a new object.
  const known = new WeakMap<ChannelConfig | EmulatedGateways, Map<ChannelName, string | undefined>>();
  return ({ applicationArn, deviceType }) => {
    if (!isChannel(deviceType)) return undefined;
    const channel = channelOf(applicationOf(applicationArn), deviceType, everything);
    if (!channel) return undefined;
    const by = channel.gateway === 'emulated' ? options.emulator() : channel;
    if (!by) return undefined;
    let names = known.get(by);
    if (!names) known.set(by, (names = new Map()));
    if (!names.has(deviceType)) names.set(deviceType, fingerprint(deviceType, channel));
    return names.get(deviceType);
  };
}

function identityOf(
  name: ChannelName,
  channel: ChannelConfig,
  emulator: EmulatedGateways | undefined,
): readonly string[] | undefined {
  switch (channel.gateway) {
    case 'unavailable':
      return ['unavailable'];
    case 'emulated':
      return emulator && ['emulated', ...emulatedIdentity(name, emulator)];
    case 'fcm':
      return [
        'fcm',
        channel.url ?? GOOGLE_URL,
        parseServiceAccount(channel.serviceAccount.reveal()).project_id,
      ];
    case 'apns':
      return [
        'apns',
        channel.url ?? APPLE_HOSTS[name === 'APNS' ? 'APNS' : 'APNS_SANDBOX'],
        channel.topic,
        ...credentialOf(channel),
      ];
  }
}

const credentialOf = ({ auth }: ApnsChannelConfig): readonly string[] =>
  'keyId' in auth ? [auth.teamId, auth.keyId] : [hash('sha256', auth.certificate, 'base64url')];

/**
 * The service's own emulator is a new one after each start, at another port, and does not know the earlier phones.
 */
function emulatedIdentity(name: ChannelName, emulator: EmulatedGateways): readonly string[] {
  const { apns, apnsSandbox, fcm, credentials } = emulator;
  if (name === 'GCM') return [fcm.url, credentials.fcm.project_id];
  const { host, port } = name === 'APNS' ? apns : apnsSandbox;
  return [`${host}:${port}`, credentials.apns.topic];
}
