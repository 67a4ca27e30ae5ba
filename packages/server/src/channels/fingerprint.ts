// What decides which device tokens are good at a channel, as a short text: a suspension ends when it changes.
//
// In it is what a token is good for (topic or project, environment), by whose credential it is asked, and at which gateway.
// A new key for the same topic counts as a change although Apple's answer will hardly differ: the price is one refused push
// for each token that is bad, and the other mistake would be silence. Not in it: secrets, looks, texts, proxies.
import { hash } from 'node:crypto';
import { APPLE_HOSTS, GOOGLE_URL, channelOf, isChannel } from './channels.ts';
import type { ChannelOptions, EmulatedGateways } from './channels.ts';
import type { ApnsChannelConfig, ChannelConfig, ChannelName } from '../config/config.ts';
import { parseServiceAccount } from '../config/credentials.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';

/** 96 bits tell the few channels that an application has in its life apart. */
const LENGTH = 16;

/** The same on every node with these settings, and after every start. */
export function createChannelFingerprint(options: ChannelOptions): ChannelFingerprint {
  const { applicationOf, everything } = options;
  const fingerprint = (name: ChannelName, channel: ChannelConfig): string | undefined => {
    const identity = identityOf(name, channel, options.emulator());
    return identity && hash('sha256', JSON.stringify([name, ...identity]), 'base64url').slice(0, LENGTH);
  };
  // It is asked with every event, and a service account takes a while to parse. What changes is another object.
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

/** An emulator of the service's own is another one after each start, at another port, and knows nothing of the phones before. */
function emulatedIdentity(name: ChannelName, emulator: EmulatedGateways): readonly string[] {
  const { apns, apnsSandbox, fcm, credentials } = emulator;
  if (name === 'GCM') return [fcm.url, credentials.fcm.project_id];
  const { host, port } = name === 'APNS' ? apns : apnsSandbox;
  return [`${host}:${port}`, credentials.apns.topic];
}
