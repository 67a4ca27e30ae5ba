// The JSON of phones. It is a public API: scripts depend on it.
import type { Notification } from '../notification.ts';
import type { Phone } from '../phone.ts';
import { silentAfter, type Silent } from '../screen.ts';

/** One item of `GET /emulator/phones`. */
export const phoneSummary = (phone: Phone): object => ({
  deviceToken: phone.deviceToken,
  deviceType: phone.deviceType,
  app: phone.installed?.app ?? phone.lastApp,
  state: phone.state,
  uninstalledAt: phone.uninstalledAt,
  received: phone.received,
});

/** The newest `most` items of a list that is sorted from old to new. */
export const newest = <T>(items: readonly T[], most: number): T[] =>
  items.slice(Math.max(0, items.length - most));

/** `GET /emulator/phones/{deviceToken}`, with the newest `most` notifications: usually all that are kept. */
export function phoneView(phone: Phone, most = Infinity): object {
  // Read once: every access parses all notifications.
  const { notifications } = phone;
  return {
    ...phoneSummary(phone),
    notifications: newest(notifications, most),
    shown: phone.shown,
    silent: notifications.reduce<Silent | undefined>(silentAfter, undefined),
  };
}

/** A file for Xcode's simulator: drag and drop it, or use `simctl push`. */
export const xcodeFile = ({ app, payload }: Notification): object => ({
  'Simulator Target Bundle': app,
  ...payload,
});
