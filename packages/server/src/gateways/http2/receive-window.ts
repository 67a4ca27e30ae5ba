// How much DATA a peer may send on all streams together (RFC 9113 §6.9). Held bytes count until their stream has
// ended, so the window also limits the memory that a peer can make us use.
import { ConnectionError } from './error-codes.ts';

export const RECEIVE_WINDOW = 1_048_576;

export const windowExceeded = (): ConnectionError =>
  new ConnectionError('FLOW_CONTROL_ERROR', 'more DATA than the window allows (RFC 9113 §6.9.1)');

export class ReceiveWindow {
  #left = RECEIVE_WINDOW;
  #given = 0;

  /** Throws FLOW_CONTROL_ERROR if the window is exceeded. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw windowExceeded();
  }

  /**
   * Returns bytes that we no longer hold. The result is what a WINDOW_UPDATE should grant now: 0, or at least half
   * the window.
   */
  give(bytes: number): number {
    this.#given += bytes;
    if (this.#given < RECEIVE_WINDOW / 2) return 0;
    const granted = this.#given;
    this.#left += granted;
    this.#given = 0;
    return granted;
  }
}
