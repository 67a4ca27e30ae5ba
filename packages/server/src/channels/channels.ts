// Where lanes lead: each channel of each application to its gateway, real or emulated, as the settings say and
// never guessed.
import { hostOf } from '../addresses/base-url.ts';
import type { Clock } from '../clock.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import type {
  ApnsChannelConfig,
  ApplicationConfig,
  ChannelConfig,
  ChannelName,
  FcmChannelConfig,
} from '../config/config.ts';
import { parseServiceAccount } from '../config/credentials.ts';
import type { Secret } from '../config/secret.ts';
import type { OpenGateway } from '../delivery/outlets.ts';
import { createApnsGateway } from '../gateways/apns/apns-gateway.ts';
import type { ApnsLook } from '../gateways/apns/payload.ts';
import type { ServiceAccount } from '../gateways/fcm/access-token.ts';
import { createFcmGateway } from '../gateways/fcm/fcm-gateway.ts';
import type { FcmLook } from '../gateways/fcm/payload.ts';
import type { GatewayEvents, Trouble } from '../gateways/gateway.ts';
import { createUnavailableGateway } from '../gateways/unavailable-gateway.ts';

/**
 * What an emulator reports about itself: where its gateways are, which authority to trust, and credentials that it
 * accepts.
 */
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

export const APPLE_HOSTS = {
  APNS: 'api.push.apple.com',
  APNS_SANDBOX: 'api.sandbox.push.apple.com',
} as const;
export const GOOGLE_URL = 'https://fcm.googleapis.com';

/** Where a channel leads, for people: `real`, `EMULATED`, or the address that replaces the gateway. */
export function whereTo(channel: ChannelConfig): string {
  if (channel.gateway === 'emulated') return 'EMULATED';
  if (channel.gateway === 'unavailable') return `UNAVAILABLE: ${channel.why}`;
  return channel.url === undefined ? 'real' : `at ${channel.url}`;
}

/** If `everything` is set, applications that nobody configured have all their channels emulated. */
export const channelOf = (
  application: ApplicationConfig | undefined,
  name: ChannelName,
  everything: boolean,
): ChannelConfig | undefined =>
  application ? application.channels[name] : everything ? EMULATED : undefined;

const EMULATED: ChannelConfig = { gateway: 'emulated' };

export const isChannel = (name: string): name is ChannelName => CHANNEL_NAMES.some((known) => known === name);

/** What is known of an application now, by its ARN; undefined: nobody configured it. */
export type FindApplication = (arn: string) => ApplicationConfig | undefined;

/** Finds applications in a list. */
export function applicationsIn(list: readonly ApplicationConfig[]): FindApplication {
  const byArn = new Map(list.map((application) => [application.arn, application]));
  return (arn) => byArn.get(arn);
}

/** Which channels exist. */
export interface ChannelOptions {
  /** Called each time: the result may change while the service runs. */
  readonly applicationOf: FindApplication;
  /** Development: an application exists as soon as it is named, with every channel emulated. */
  readonly everything: boolean;
  readonly emulator: () => EmulatedGateways | undefined;
  /** What must be done, or waited for, before there is an emulator. */
  readonly emulatorMissing?: () => string | undefined;
  /** A connection to the emulator failed. */
  readonly emulatorFailed?: () => void;
}

/** Opens gateways by application and channel. */
export function createChannels(
  options: ChannelOptions & {
    /** The proxy for real gateways. */
    readonly proxy?: () => Secret | undefined;
    readonly clock: Clock;
  },
): OpenGateway {
  const { clock, applicationOf } = options;
  const proxyNow = (): string | undefined => options.proxy?.()?.reveal();

  return ({ applicationArn, deviceType }, events) => {
    if (!isChannel(deviceType)) return undefined;
    const application = applicationOf(applicationArn);
    const channel = channelOf(application, deviceType, options.everything);
    if (!channel) return undefined;
    if (channel.gateway === 'emulated') return openEmulated(deviceType, application, events);
    if (channel.gateway === 'unavailable')
      return openUnavailable(nameOf(deviceType), 'credential', channel.why, events);
    return channel.gateway === 'fcm'
      ? openFcm(channel, application, events)
      : openApns(channel, deviceType, application, events);
  };

  function openApns(
    channel: ApnsChannelConfig,
    deviceType: ChannelName,
    application: ApplicationConfig | undefined,
    events: GatewayEvents,
  ): ReturnType<OpenGateway> {
    const environment = deviceType === 'APNS' ? 'APNS' : 'APNS_SANDBOX';
    const instead = channel.url === undefined ? undefined : new URL(channel.url);
    const { auth } = channel;
    return {
      family: 'apns',
      gateway: createApnsGateway({
        name: named(nameOf(environment), channel.url),
        host: instead ? hostOf(instead) : APPLE_HOSTS[environment],
        port: instead ? Number(instead.port || 443) : channel.port,
        ca: channel.ca,
        proxy: proxyNow(),
        topic: channel.topic,
        auth: { ...auth, privateKey: auth.privateKey.reveal() },
        look: apnsLook(application),
        events,
        clock,
      }),
    };
  }

  function openFcm(
    channel: FcmChannelConfig,
    application: ApplicationConfig | undefined,
    events: GatewayEvents,
  ): ReturnType<OpenGateway> {
    return {
      family: 'fcm',
      gateway: createFcmGateway({
        name: named('fcm', channel.url),
        url: channel.url ?? GOOGLE_URL,
        ca: channel.ca,
        proxy: proxyNow(),
        serviceAccount: parseServiceAccount(channel.serviceAccount.reveal()),
        look: fcmLook(application),
        events,
        clock,
      }),
    };
  }

  function openEmulated(
    deviceType: ChannelName,
    application: ApplicationConfig | undefined,
    owner: GatewayEvents,
  ): ReturnType<OpenGateway> {
    const name = `${nameOf(deviceType)} (emulated)`;
    const emulator = options.emulator();
    const missing = emulator ? undefined : options.emulatorMissing?.();
    if (missing !== undefined) return openUnavailable(name, 'connection', missing, owner);
    if (!emulator) return undefined;
    const events: GatewayEvents = {
      credit: () => owner.credit(),
      trouble: (trouble) => {
        owner.trouble(trouble);
        if (trouble) options.emulatorFailed?.();
      },
    };
    const { ca, credentials } = emulator;
    if (deviceType === 'GCM')
      return {
        family: 'fcm',
        gateway: createFcmGateway({
          name,
          url: emulator.fcm.url,
          ca,
          serviceAccount: credentials.fcm,
          look: fcmLook(application),
          events,
          clock,
        }),
      };
    const { host, port } = deviceType === 'APNS' ? emulator.apns : emulator.apnsSandbox;
    const { topic, ...auth } = credentials.apns;
    return {
      family: 'apns',
      gateway: createApnsGateway({
        name,
        host,
        port,
        ca,
        topic,
        auth,
        look: apnsLook(application),
        events,
        clock,
      }),
    };
  }
}

const nameOf = (deviceType: ChannelName): 'apns' | 'apns-sandbox' | 'fcm' =>
  ({ APNS: 'apns', APNS_SANDBOX: 'apns-sandbox', GCM: 'fcm' } as const)[deviceType];

function openUnavailable(
  name: string,
  about: Trouble['about'],
  why: string,
  events: GatewayEvents,
): ReturnType<OpenGateway> {
  return {
    family: name.startsWith('fcm') ? 'fcm' : 'apns',
    gateway: createUnavailableGateway({ name, about, why, events }),
  };
}

/**
 * Every log line of a delivery shows this name: a gateway that is not Apple's or Google's own must never look like
 * one.
 */
const named = (name: string, url: string | undefined): string =>
  url === undefined ? name : `${name} (${new URL(url).host})`;

export const apnsLook = (application: ApplicationConfig | undefined): ApnsLook | undefined =>
  application && {
    sound: application.sound,
    category: application.category,
    threadId: application.threadId,
    priority: application.priority,
  };

export const fcmLook = (application: ApplicationConfig | undefined): FcmLook | undefined =>
  application && {
    message: application.fcmMessage,
    priority: application.priority,
    channelId: application.androidChannelId,
    sound: application.sound,
  };
