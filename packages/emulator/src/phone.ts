// One simulated phone: what it received, whether it is on, and whether the app is installed.
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

/** How many notifications a failed wait lists, and how much of each. */
const TOLD_NOTIFICATIONS = 5;
const TOLD_LENGTH = 200;

export type PhoneState = 'on' | 'off';

/** What to wait for: `count` notifications (default 1), only those that contain a text if `contains` is set. */
export interface Wanted {
  count?: number;
  contains?: string;
  /** Milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** Aborts the wait, as if it had timed out. */
  signal?: AbortSignal;
}

/** The expected notifications did not arrive within `timeoutMs`. The message says what did arrive. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
}

/** An accepted request; the phone adds `n` and the time. */
export interface Arrival {
  gateway: Gateway;
  app: string;
  headers: IncomingHttpHeaders;
  /** JSON, kept as text: with millions of notifications this costs the garbage collector far less. */
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
  /** Set if the phone was installed by name; then gateways check requests against it. */
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

  /** `changed` is called after every change of state. */
  constructor(deviceToken: string, clock: Clock, changed: (phone: Phone) => void) {
    this.deviceToken = deviceToken;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Undefined until something arrives or the phone is installed by name. */
  get deviceType(): DeviceType | undefined {
    return this.installed?.deviceType ?? (this.#gateway && DEVICE_TYPES[this.#gateway]);
  }

  get state(): PhoneState {
    return this.#state;
  }

  /** When the app was uninstalled, in milliseconds since 1970; undefined while it is installed. */
  get uninstalledAt(): number | undefined {
    return this.#uninstalledAt;
  }

  /** Every accepted request, oldest first, not merged: the newest 10,000, or fewer if all
   * phones together have too many. */
  get notifications(): Notification[] {
    return this.#arrived.toArray().map(notificationOf);
  }

  /** The newest `most` whose body contains the text, or whose `apns-id` it is, newest first. */
  containing(text: string, most: number): Notification[] {
    const escaped = JSON.stringify(text).slice(1, -1);
    const found: Notification[] = [];
    for (const one of this.#arrived.toArray().toReversed()) {
      if (found.length === most) break;
      if (one.body.includes(escaped) || one.headers['apns-id'] === text) found.push(notificationOf(one));
    }
    return found;
  }

  /** The newest of {@link notifications}. */
  get latest(): Notification | undefined {
    return this.#arrived.newest && notificationOf(this.#arrived.newest);
  }

  /** How many arrived, including those no longer kept. */
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

  /** Returns the `n` of the notification. */
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

  /** No power or no network: the gateways accept pushes and store them, as the real ones do. */
  switchOff(): void {
    this.#switch('off', this.#clock.now());
  }

  /** Shows what was stored and has not expired yet. */
  switchOn(): void {
    this.#switch('on', this.#clock.now());
  }

  /** Removes the app: APNs answers 410 with this time, FCM answers UNREGISTERED. `at` is in milliseconds since 1970. */
  uninstall(at: number = this.#clock.now()): void {
    this.#switch('uninstalled', at);
  }

  /** Installs the app again with the same token, which happens in practice. */
  reinstall(): void {
    this.#switch('reinstalled', this.#clock.now());
  }

  /** Resolves as soon as enough has arrived, including before the call; otherwise rejects with {@link WaitTimeoutError}. */
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
            `${why}: ${found.length} of ${count} notifications${what} reached ${this.deviceToken}. ${this.#whatArrived()}`,
          ),
        );
      };
      const aborted = (): void => fail('The wait was aborted');
      signal?.addEventListener('abort', aborted);
      const timer = setTimeout(() => fail(`Timed out after ${timeoutMs} ms`), timeoutMs);
      const watcher: Watcher = (notification) => {
        if (notification === undefined) return fail('The phone was forgotten');
        if (!matches(notification)) return;
        found.push(notification);
        if (found.length < count) return;
        settle();
        resolve(found);
      };
      this.#watchers.add(watcher);
    });
  }

  /** Helps to find why a wait failed: a text that differs by a letter, or a sender that never reached this phone. */
  #whatArrived(): string {
    const newest = this.notifications.slice(-TOLD_NOTIFICATIONS);
    if (newest.length === 0)
      return 'Nothing has arrived on this phone. Check the device token, and look for refused requests in GET /emulator/requests.';
    const lines = newest.map(({ n, payload }) => `  ${n}: ${JSON.stringify(payload).slice(0, TOLD_LENGTH)}`);
    return `The newest of ${this.received} received notifications:\n${lines.join('\n')}`;
  }

  /** Removes the notification, if it is still kept: all phones together have too many. */
  drop(n: number): void {
    if (this.#arrived.oldest?.n === n) this.#arrived.shift();
  }

  /** Ends every wait, because the phone is about to be forgotten. */
  forget(): void {
    for (const watcher of this.#watchers) watcher(undefined);
  }

  #switch(what: 'off' | 'on' | 'uninstalled' | 'reinstalled', at: number): void {
    if (what === 'on' || what === 'off') this.#state = what;
    else this.#uninstalledAt = what === 'uninstalled' ? at : undefined;
    this.#switches.push({ after: this.#arrived.total, happening: { what, at } });
    // Of the state changes before the oldest kept notification, only the resulting state matters.
    const oldest = this.#arrived.total - KEPT_NOTIFICATIONS;
    while (this.#switches.length > 1 && this.#switches[1]!.after < oldest) this.#switches.shift();
    this.#changed(this);
  }
}
