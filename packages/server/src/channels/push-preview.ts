// What a push would look like on the wire, without sending it: built by the code that builds the real ones.
import type { ChannelName } from '../config/config.ts';
import { apnsPayload } from '../gateways/apns/payload.ts';
import { fcmMessage } from '../gateways/fcm/payload.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import { apnsLook, channelOf, fcmLook, type ChannelOptions } from './channels.ts';

/** What the notification says; `ttlMs` counts from now. */
export interface PreviewedPush {
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, string>>;
  readonly ttlMs: number;
}

export interface Preview {
  readonly deviceType: ChannelName;
  /** JSON text, as the gateway would receive it. */
  readonly payload: string;
}

/** A payload for each channel of an application. */
export type PreviewPush = (applicationArn: string, push: PreviewedPush) => readonly Preview[];

/** Placeholders for the device and the delivery of a real push. */
const PLACEHOLDERS = {
  deviceToken: 'device-token',
  deliveryId: '00000000-0000-8000-8000-000000000000',
} as const;

export const createPushPreview =
  ({
    applicationOf,
    everything,
    now,
  }: Pick<ChannelOptions, 'applicationOf' | 'everything'> & { readonly now: () => number }): PreviewPush =>
  (applicationArn, { ttlMs, ...texts }) => {
    const application = applicationOf(applicationArn);
    const at = now();
    const push = { ...PLACEHOLDERS, ...texts, expiresAt: at + ttlMs };
    return CHANNEL_NAMES.filter((name) => channelOf(application, name, everything) !== undefined).map(
      (deviceType) => ({
        deviceType,
        payload:
          deviceType === 'GCM'
            ? fcmMessage(push, at, fcmLook(application))
            : apnsPayload(push, apnsLook(application)),
      }),
    );
  };
