// Every request to a gateway with its verdict: the newest 10,000.
import type { Events } from './events.ts';
import type { FaultGateway } from './faults.ts';
import { Ring } from './ring.ts';

/** How many of the newest requests the log keeps. */
export const KEPT_REQUESTS = 10_000;

export interface LoggedRequest {
  /** Milliseconds since 1970. */
  at: number;
  gateway: FaultGateway;
  /** Counts connections from 1, per emulator. */
  connection: number;
  /** HTTP/2 stream; absent on HTTP/1.1. */
  stream?: number;
  deviceToken?: string;
  /** APNs topic or Firebase project. */
  app?: string;
  apnsId?: string;
  /** Whether a phone got it. An answer that was lost afterwards does not change this. */
  accepted: boolean;
  /** The status answered; absent when nothing was. */
  status?: number;
  /** `accepted`, a reason or error code of the gateway, or what became of the request instead of an answer. */
  verdict: string;
  /** The fault that decided, when a rule did. */
  fault?: string;
}

export class RequestLog {
  #ring = new Ring<LoggedRequest>(KEPT_REQUESTS);
  #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  /** How many there were, those no longer kept included. */
  get total(): number {
    return this.#ring.total;
  }

  add(request: LoggedRequest): void {
    this.#ring.push(request);
    if (this.#events.heard) this.#events.emit({ type: 'request', request });
  }

  /** Oldest first. */
  list(): LoggedRequest[] {
    return this.#ring.toArray();
  }
}
