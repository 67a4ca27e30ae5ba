// The JSON of phones, as people script against it.
import type { Notification } from '../notification.ts';
import type { Phone } from '../phone.ts';

/** One line of `GET /emulator/phones`. */
export const phoneSummary = (phone: Phone): object => ({
  deviceToken: phone.deviceToken,
  deviceType: phone.deviceType,
  app: phone.installed?.app ?? phone.lastApp,
  state: phone.state,
  uninstalledAt: phone.uninstalledAt,
  received: phone.received,
});

/** The newest so many of what is listed oldest first. */
export const newest = <T>(items: readonly T[], most: number): T[] =>
  items.slice(Math.max(0, items.length - most));

/** `GET /emulator/phones/{deviceToken}`, with the newest `most` notifications: all that are kept, usually. */
export const phoneView = (phone: Phone, most = Infinity): object => ({
  ...phoneSummary(phone),
  notifications: newest(phone.notifications, most),
  shown: phone.shown,
});

/** A file that Xcode's simulator takes by drag and drop or `simctl push`. */
export const xcodeFile = ({ app, payload }: Notification): object => ({
  'Simulator Target Bundle': app,
  ...payload,
});
