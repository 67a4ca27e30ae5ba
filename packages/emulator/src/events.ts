// Events for the web page, as they happen.
import type { DeviceType, Notification } from './notification.ts';
import type { LoggedRequest } from './logged-request.ts';
import type { AppliedRule } from './fault-rule.ts';
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

  /** False without listeners, so that the hot path creates no events. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener for every event until the returned function is called. */
  subscribe(listener: (event: EmulatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: EmulatorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
