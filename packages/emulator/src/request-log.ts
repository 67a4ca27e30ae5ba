// The newest 10,000 requests to the gateways, with their verdicts; of the newest 500 that were not answered 200, everything that
// was said. An accepted request is kept by its phone.
import type { Events } from './events.ts';
import type { FaultGateway } from './faults.ts';
import { Ring } from './ring.ts';

/** How many requests the log keeps. */
export const KEPT_REQUESTS = 10_000;
/** How many of the newest requests that were not answered 200 are kept with header fields and bodies. */
export const KEPT_TROUBLES = 500;
/** Gateways refuse bodies beyond 4 KiB; what is far longer is cut. */
const KEPT_CHARACTERS = 16_384;

export interface LoggedRequest {
  /** Counts requests from 1, per emulator. */
  n: number;
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

/** Both sides of one exchange. */
export interface Said {
  /** The request's header fields, without `authorization`. */
  headers: Readonly<Record<string, string>>;
  /** The request's body; absent where it is a credential, as at the token endpoint. */
  body?: string;
  /** Absent when nothing was answered. */
  answer?: { headers: Readonly<Record<string, string>>; body?: string };
}

export class RequestLog {
  #ring = new Ring<LoggedRequest>(KEPT_REQUESTS);
  #troubles = new Ring<{ n: number; said: Said }>(KEPT_TROUBLES);
  #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  /** How many there were, including those no longer kept. */
  get total(): number {
    return this.#ring.total;
  }

  add(unnumbered: Omit<LoggedRequest, 'n'>, said: () => Said): void {
    const request = { n: this.#ring.total + 1, ...unnumbered };
    this.#ring.push(request);
    if (request.status !== 200) {
      const { body, ...rest } = said();
      this.#troubles.push({ n: request.n, said: { ...rest, body: body?.slice(0, KEPT_CHARACTERS) } });
    }
    if (this.#events.heard) this.#events.emit({ type: 'request', request });
  }

  /** The request, and what was said where that is still kept. */
  find(n: number): { request: LoggedRequest; said?: Said } | undefined {
    const request = this.list().find((one) => one.n === n);
    if (request === undefined) return undefined;
    return { request, said: this.#troubles.toArray().find((one) => one.n === n)?.said };
  }

  /** Those whose `apns-id` it is or whose body contains it, as far as bodies are kept; oldest first. */
  containing(text: string): { request: LoggedRequest; said?: Said }[] {
    const escaped = JSON.stringify(text).slice(1, -1);
    const said = new Map(this.#troubles.toArray().map((one) => [one.n, one.said]));
    return this.list()
      .map((request) => ({ request, said: said.get(request.n) }))
      .filter(({ request, said }) => request.apnsId === text || (said?.body?.includes(escaped) ?? false));
  }

  /** Oldest first. */
  list(): LoggedRequest[] {
    return this.#ring.toArray();
  }
}
