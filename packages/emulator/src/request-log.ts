// The newest 10,000 requests to the gateways, with their verdicts.
import type { Events } from './events.ts';
import type { FaultGateway } from './faults.ts';
import { Ring } from './ring.ts';

/** How many requests the log keeps. */
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
  /** Whether a phone received it, even if the answer was lost afterwards. */
  accepted: boolean;
  /** The status of the answer; absent if there was no answer. */
  status?: number;
  /** `accepted`, the gateway's reason or error code, or what happened instead of an answer. */
  verdict: string;
  /** The fault that hit the request, if any. */
  fault?: string;
}

export class RequestLog {
  #ring = new Ring<LoggedRequest>(KEPT_REQUESTS);
  #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  /** How many there were, including those no longer kept. */
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
