// Searches by device token, by an id in a payload, or by apns-id.
import type { Emulator } from '../emulator.ts';
import { phoneSummary } from './views.ts';

/** At most this many of each kind: the newest. */
const MOST_FOUND = 20;

/** `GET /emulator/search?text=…`: phones by part of their token, notifications and requests by what they contain. */
export function search(emulator: Emulator, text: string): object {
  const phones = emulator.phones();
  const token = text.toLowerCase();
  const notifications = phones
    .flatMap((phone) =>
      phone
        .containing(text, MOST_FOUND)
        .map((notification) => Object.assign(notification, { deviceToken: phone.deviceToken })),
    )
    .sort((one, other) => other.receivedAt - one.receivedAt);
  return {
    phones: phones
      .filter(({ deviceToken }) => deviceToken.toLowerCase().includes(token))
      .slice(-MOST_FOUND)
      .toReversed()
      .map(phoneSummary),
    notifications: notifications.slice(0, MOST_FOUND),
    requests: emulator.requests.containing(text).slice(-MOST_FOUND).toReversed(),
  };
}
