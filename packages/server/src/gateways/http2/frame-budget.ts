// Frames that cost us work and achieve nothing: SETTINGS, PING, PRIORITY, empty DATA, informational responses,
// frames that are late or unknown. A healthy peer sends a handful; a flood of them ends the connection (RFC 9113
// §10.5).
import { ConnectionError } from './error-codes.ts';

/** At once, and then per second: a peer that pings ten times a second is odd but harmless. */
const BURST = 1_000;
const PER_MS = 0.1;

export class FrameBudget {
  readonly #monotonic: () => number;
  #left = BURST;
  #at: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#at = monotonic();
  }

  /** Throws ENHANCE_YOUR_CALM when the budget is used up. */
  spend(): void {
    const now = this.#monotonic();
    this.#left = Math.min(BURST, this.#left + (now - this.#at) * PER_MS) - 1;
    this.#at = now;
    if (this.#left < 0)
      throw new ConnectionError('ENHANCE_YOUR_CALM', 'too many frames without effect (RFC 9113 §10.5)');
  }
}
