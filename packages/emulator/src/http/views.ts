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

/** `GET /emulator/phones/{deviceToken}` */
export const phoneView = (phone: Phone): object => ({
  ...phoneSummary(phone),
  notifications: phone.notifications,
  shown: phone.shown,
});

/** A file that Xcode's simulator takes by drag and drop or `simctl push`. */
export const xcodeFile = ({ app, payload }: Notification): object => ({
  'Simulator Target Bundle': app,
  ...payload,
});
