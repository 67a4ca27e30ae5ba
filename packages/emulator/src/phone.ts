// One simulated phone: what it received, whether it is on, whether the app is still on it.
import type { Clock } from './clock.ts';
import {
  DEVICE_TYPES,
  keptHeaders,
  type DeviceType,
  type Gateway,
  type Json,
  type Notification,
} from './notification.ts';
import type { IncomingHttpHeaders } from 'node:http2';
import { Ring } from './ring.ts';
import { shownOn, type Happening, type Shown } from './screen.ts';

/** How many of its newest notifications a phone keeps. */
export const KEPT_NOTIFICATIONS = 10_000;

export type PhoneState = 'on' | 'off';

/** What one waits for: `count` notifications (1), of those that contain a text if one is given. */
export interface Wanted {
  count?: number;
  contains?: string;
  /** Milliseconds; 10,000 when absent. */
  timeoutMs?: number;
  /** Ends the wait early, as if the time were over. */
  signal?: AbortSignal;
}

/** Waiting took longer than `timeoutMs`. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
}

/** What is kept of an accepted request; `n` and the time are the phone's. */
export interface Arrival {
  gateway: Gateway;
  app: string;
  headers: IncomingHttpHeaders;
  /** JSON. It is kept as text: a phone that is a sink for millions costs the collector far less so. */
  body: string;
}

export interface Installed {
  deviceType: DeviceType;
  /** Bundle id (APNs) or Firebase project (FCM); absent: any. */
  app?: string;
}

interface Arrived extends Omit<Notification, 'payload'> {
  body: string;
}

const notificationOf = ({ body, ...rest }: Arrived): Notification => ({
  ...rest,
  payload: JSON.parse(body) as Json,
});

type Watcher = (notification: Notification | undefined) => void;

export class Phone {
  readonly deviceToken: string;
  /** Set when the phone was installed by name; then gateways hold requests to it. */
  installed: Installed | undefined;
  #clock: Clock;
  #changed: (phone: Phone) => void;
  #gateway: Gateway | undefined;
  /** The app of the newest notification. */
  lastApp: string | undefined;
  #arrived = new Ring<Arrived>(KEPT_NOTIFICATIONS);
  #switches: { after: number; happening: Happening }[] = [];
  #watchers = new Set<Watcher>();
  #state: PhoneState = 'on';
  #uninstalledAt: number | undefined;

  /** `changed` is called after every switch. */
  constructor(deviceToken: string, clock: Clock, changed: (phone: Phone) => void) {
    this.deviceToken = deviceToken;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Undefined until something arrived or the app was installed by name. */
  get deviceType(): DeviceType | undefined {
    return this.installed?.deviceType ?? (this.#gateway && DEVICE_TYPES[this.#gateway]);
  }

  get state(): PhoneState {
    return this.#state;
  }

  /** When the app was uninstalled, milliseconds since 1970; undefined while it is there. */
  get uninstalledAt(): number | undefined {
    return this.#uninstalledAt;
  }

  /** Every accepted request, oldest first, unmerged; the newest 10,000, or fewer where all
   * phones together keep too many. */
  get notifications(): Notification[] {
    return this.#arrived.toArray().map(notificationOf);
  }

  /** The newest of {@link notifications}. */
  get latest(): Notification | undefined {
    return this.#arrived.newest && notificationOf(this.#arrived.newest);
  }

  /** How many arrived, those no longer kept included. */
  get received(): number {
    return this.#arrived.total;
  }

  /** What a person sees on the lock screen now, newest first. */
  get shown(): Shown[] {
    const happenings: Happening[] = [];
    const switches = [...this.#switches];
    for (const notification of this.notifications) {
      while (switches[0] !== undefined && switches[0].after < notification.n)
        happenings.push(switches.shift()!.happening);
      happenings.push({ what: 'arrived', notification });
    }
    happenings.push(...switches.map((one) => one.happening));
    return shownOn(happenings, this.#clock.now());
  }

  /** Answers the `n` of the notification. */
  receive({ gateway, app, headers, body }: Arrival): number {
    this.#gateway ??= gateway;
    this.lastApp = app;
    const n = this.#arrived.total + 1;
    const arrived = { n, receivedAt: this.#clock.now(), gateway, app, headers: keptHeaders(headers), body };
    this.#arrived.push(arrived);
    if (this.#watchers.size === 0) return n;
    const notification = notificationOf(arrived);
    for (const watcher of this.#watchers) watcher(notification);
    return n;
  }

  /** Without power or network: gateways accept and store as they do in life. */
  switchOff(): void {
    this.#switch('off', this.#clock.now());
  }

  /** Shows what was stored and has not expired. */
  switchOn(): void {
    this.#switch('on', this.#clock.now());
  }

  /** The app is gone: APNs answers 410 with this time, FCM UNREGISTERED. `at` in milliseconds since 1970. */
  uninstall(at: number = this.#clock.now()): void {
    this.#switch('uninstalled', at);
  }

  /** The app is back and got the same token again, which happens. */
  reinstall(): void {
    this.#switch('reinstalled', this.#clock.now());
  }

  /** Settles as soon as enough has arrived, also before the call; rejects with {@link WaitTimeoutError}. */
  waitFor({ count = 1, contains, timeoutMs = 10_000, signal }: Wanted = {}): Promise<Notification[]> {
    const escaped = contains === undefined ? undefined : JSON.stringify(contains).slice(1, -1);
    const matches = ({ payload }: Notification): boolean =>
      escaped === undefined || JSON.stringify(payload).includes(escaped);
    const found = this.notifications.filter(matches);
    if (found.length >= count) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        this.#watchers.delete(watcher);
      };
      const fail = (why: string): void => {
        settle();
        const what = contains === undefined ? '' : ` containing ${JSON.stringify(contains)}`;
        reject(
          new WaitTimeoutError(
            `${why}: ${found.length} of ${count} notifications${what} reached ${this.deviceToken}`,
          ),
        );
      };
      const aborted = (): void => fail('given up');
      signal?.addEventListener('abort', aborted);
      const timer = setTimeout(() => fail(`after ${timeoutMs} ms`), timeoutMs);
      const watcher: Watcher = (notification) => {
        if (notification === undefined) return fail('the phone was forgotten');
        if (!matches(notification)) return;
        found.push(notification);
        if (found.length < count) return;
        settle();
        resolve(found);
      };
      this.#watchers.add(watcher);
    });
  }

  /** Lets the notification go, if it is still kept: there are too many on all phones together. */
  drop(n: number): void {
    if (this.#arrived.oldest?.n === n) this.#arrived.shift();
  }

  /** Ends every wait; the phone is about to be forgotten. */
  forget(): void {
    for (const watcher of this.#watchers) watcher(undefined);
  }

  #switch(what: 'off' | 'on' | 'uninstalled' | 'reinstalled', at: number): void {
    if (what === 'on' || what === 'off') this.#state = what;
    else this.#uninstalledAt = what === 'uninstalled' ? at : undefined;
    this.#switches.push({ after: this.#arrived.total, happening: { what, at } });
    // Switches before the oldest kept notification only matter by the state they left.
    const oldest = this.#arrived.total - KEPT_NOTIFICATIONS;
    while (this.#switches.length > 1 && this.#switches[1]!.after < oldest) this.#switches.shift();
    this.#changed(this);
  }
}
