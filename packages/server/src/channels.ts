// Where lanes lead: each channel of each application to its gateway, real or emulated, as the settings say and never as a guess.
import type { Clock } from './clock.ts';
import type { ApplicationConfig, ChannelConfig, ChannelName, ServiceAccount } from './config/config.ts';
import type { OpenGateway } from './delivery/outlets.ts';
import { createApnsGateway } from './gateways/apns/apns-gateway.ts';
import { createFcmGateway } from './gateways/fcm/fcm-gateway.ts';
import type { GatewayEvents } from './gateways/gateway.ts';

/** What an emulator tells about itself: where its gateways are, whom to trust, and credentials that it accepts. */
export interface EmulatedGateways {
  readonly apns: { readonly host: string; readonly port: number };
  readonly apnsSandbox: { readonly host: string; readonly port: number };
  readonly fcm: { readonly url: string };
  readonly ca: string;
  readonly credentials: {
    readonly apns: {
      readonly keyId: string;
      readonly teamId: string;
      readonly privateKey: string;
      readonly topic: string;
    };
    readonly fcm: ServiceAccount;
  };
}

const APPLE_HOSTS = { APNS: 'api.push.apple.com', APNS_SANDBOX: 'api.sandbox.push.apple.com' } as const;
const GOOGLE_URL = 'https://fcm.googleapis.com';

const isChannel = (name: string): name is ChannelName =>
  name === 'APNS' || name === 'APNS_SANDBOX' || name === 'GCM';

/** Opens gateways by application and channel. Applications that nobody configured have all channels emulated where `everything` says so. */
export function createChannels(options: {
  readonly applications: readonly ApplicationConfig[];
  /** Development: an application exists when it is named, with every channel emulated. */
  readonly everything: boolean;
  readonly emulator: EmulatedGateways | undefined;
  readonly clock: Clock;
}): OpenGateway {
  const applications = new Map(options.applications.map((application) => [application.arn, application]));

  const channelOf = (applicationArn: string, name: ChannelName): ChannelConfig | undefined => {
    const application = applications.get(applicationArn);
    if (application) return application.channels[name];
    return options.everything ? { gateway: 'emulated' } : undefined;
  };

  return ({ applicationArn, deviceType }, events) => {
    const channel = isChannel(deviceType) ? channelOf(applicationArn, deviceType) : undefined;
    if (!channel || !isChannel(deviceType)) return undefined;
    if (channel.gateway === 'emulated') return openEmulated(deviceType, events);
    if (channel.gateway === 'fcm')
      return {
        family: 'fcm',
        gateway: createFcmGateway({
          name: 'fcm',
          url: GOOGLE_URL,
          serviceAccount: channel.serviceAccount,
          events,
          clock: options.clock,
        }),
      };
    return {
      family: 'apns',
      gateway: createApnsGateway({
        name: deviceType === 'APNS' ? 'apns' : 'apns-sandbox',
        host: APPLE_HOSTS[deviceType === 'APNS' ? 'APNS' : 'APNS_SANDBOX'],
        port: 443,
        topic: channel.topic,
        auth: { keyId: channel.keyId, teamId: channel.teamId, privateKey: channel.privateKey },
        events,
        clock: options.clock,
      }),
    };
  };

  function openEmulated(deviceType: ChannelName, events: GatewayEvents): ReturnType<OpenGateway> {
    const { emulator, clock } = options;
    if (!emulator) return undefined;
    const { ca, credentials } = emulator;
    if (deviceType === 'GCM')
      return {
        family: 'fcm',
        gateway: createFcmGateway({
          name: 'fcm (emulated)',
          url: emulator.fcm.url,
          ca,
          serviceAccount: credentials.fcm,
          events,
          clock,
        }),
      };
    const { host, port } = deviceType === 'APNS' ? emulator.apns : emulator.apnsSandbox;
    const { topic, ...auth } = credentials.apns;
    return {
      family: 'apns',
      gateway: createApnsGateway({
        name: deviceType === 'APNS' ? 'apns (emulated)' : 'apns-sandbox (emulated)',
        host,
        port,
        ca,
        topic,
        auth,
        events,
        clock,
      }),
    };
  }
}
