// All phones by token. An unknown phone appears with its first notification.
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import { Ring } from './ring.ts';
import { Phone, type Arrival, type Installed } from './phone.ts';

/** How many phones are kept. Beyond that, the oldest one is forgotten and counted. */
export const KEPT_PHONES = 100_000;

/** How many notifications all phones keep together. Beyond that, the oldest are removed, no matter which phone has them. */
export const KEPT_TOGETHER = 200_000;

/** Whether the token can be an APNs token: hexadecimal bytes. */
export const isHexadecimal = (deviceToken: string): boolean => /^(?:[0-9a-f]{2})+$/i.test(deviceToken);

/**
 * The key of a token's phone. APNs tokens are hexadecimal in upper or lower case; FCM tokens are case-sensitive, and contain
 * characters that are not hexadecimal.
 */
export const phoneName = (deviceToken: string): string =>
  isHexadecimal(deviceToken) ? deviceToken.toLowerCase() : deviceToken;

export class Phones {
  #clock: Clock;
  #events: Events;
  #phones = new Map<string, Phone>();
  #forgotten = 0;
  /** All notifications in order of arrival, which is the order of their removal. */
  #order = new Ring<{ phone: Phone; n: number }>(KEPT_TOGETHER);

  constructor(clock: Clock, events: Events) {
    this.#clock = clock;
    this.#events = events;
  }

  /** How many phones were forgotten because there were more than {@link KEPT_PHONES}. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The phone with this token, if it is known. */
  find(deviceToken: string): Phone | undefined {
    // Gateways mostly pass the key itself, which needs no conversion.
    return this.#phones.get(deviceToken) ?? this.#phones.get(phoneName(deviceToken));
  }

  /** The phone with this token, created if necessary; it appears with its first notification. */
  phone(token: string): Phone {
    const known = this.find(token);
    if (known !== undefined) return known;
    const deviceToken = phoneName(token);
    const phone = new Phone(deviceToken, this.#clock, ({ state, uninstalledAt }) =>
      this.#events.emit({ type: 'phone-changed', deviceToken, state, uninstalledAt }),
    );
    this.#phones.set(deviceToken, phone);
    if (this.#phones.size > KEPT_PHONES) {
      const [oldest] = this.#phones.values();
      oldest?.forget();
      this.#phones.delete(oldest!.deviceToken);
      this.#forgotten += 1;
    }
    return phone;
  }

  /** Installs a phone by name: its gateway and app are checked from then on. */
  install(token: string, installed: Installed): Phone {
    const phone = this.phone(token);
    const { deviceToken } = phone;
    phone.installed = installed;
    this.#events.emit({ type: 'phone-appeared', deviceToken, ...installed });
    return phone;
  }

  /** Phones that have appeared, in the order in which they became known. */
  all(): Phone[] {
    return [...this.#phones.values()].filter((phone) => phone.deviceType !== undefined);
  }

  receive(token: string, arrival: Arrival): void {
    const phone = this.phone(token);
    const { deviceToken } = phone;
    const appears = phone.deviceType === undefined;
    const n = phone.receive(arrival);
    const gone = this.#order.push({ phone, n });
    gone?.phone.drop(gone.n);
    if (this.#events.heard) {
      const notification = phone.latest;
      if (appears)
        this.#events.emit({
          type: 'phone-appeared',
          deviceToken,
          deviceType: phone.deviceType,
          app: arrival.app,
        });
      if (notification !== undefined) this.#events.emit({ type: 'notification', deviceToken, notification });
    }
  }

  /** Forgets every phone and ends every wait. */
  clear(): void {
    for (const phone of this.#phones.values()) phone.forget();
    this.#phones.clear();
    this.#order = new Ring(KEPT_TOGETHER);
    this.#events.emit({ type: 'phones-forgotten' });
  }
}
