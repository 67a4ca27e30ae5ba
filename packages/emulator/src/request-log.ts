// The newest 10,000 requests to the gateways with their verdicts. For the newest 500 that were not answered 200, it also keeps
// headers and bodies of both sides. An accepted request is kept by its phone.
import type { Events } from './events.ts';
import type { LoggedRequest, Said } from './logged-request.ts';
import { Ring } from './ring.ts';

/** How many requests the log keeps. */
export const KEPT_REQUESTS = 10_000;
/** How many of the newest requests that were not answered 200 are kept with header fields and bodies. */
export const KEPT_TROUBLES = 500;
/** Gateways refuse bodies beyond 4 KiB; much longer bodies are cut. */
const KEPT_CHARACTERS = 16_384;

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

  /** The request, with headers and bodies if they are still kept. */
  find(n: number): { request: LoggedRequest; said?: Said } | undefined {
    const request = this.list().find((one) => one.n === n);
    if (request === undefined) return undefined;
    return { request, said: this.#troubles.toArray().find((one) => one.n === n)?.said };
  }

  /** The requests with this `apns-id` or with the text in a kept body, oldest first. */
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
