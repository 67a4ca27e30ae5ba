// What a page of phones wants to hear about, the moment it happens.
import type { DeviceType, Notification } from './notification.ts';
import type { LoggedRequest } from './request-log.ts';
import type { AppliedRule } from './fault-rules.ts';
import type { PhoneState } from './phone.ts';

export type EmulatorEvent =
  | { type: 'phone-appeared'; deviceToken: string; deviceType?: DeviceType; app?: string }
  | { type: 'phone-changed'; deviceToken: string; state: PhoneState; uninstalledAt?: number }
  | { type: 'phones-forgotten' }
  | { type: 'notification'; deviceToken: string; notification: Notification }
  | { type: 'faults-changed'; rules: AppliedRule[] }
  | { type: 'request'; request: LoggedRequest };

export class Events {
  #listeners = new Set<(event: EmulatorEvent) => void>();

  /** False on the hot path of a sink, so that events nobody hears are not even made. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Hears everything from now on, until the returned function is called. */
  subscribe(listener: (event: EmulatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: EmulatorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
