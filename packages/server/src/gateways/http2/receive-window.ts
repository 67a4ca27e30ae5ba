// How much DATA a peer may send us on all streams together (RFC 9113 §6.9): what we hold counts until its stream is done, so
// that the window is also the memory that a peer can make us hold.
import { ConnectionError } from './error-codes.ts';

export const RECEIVE_WINDOW = 1_048_576;

export const windowExceeded = (): ConnectionError =>
  new ConnectionError('FLOW_CONTROL_ERROR', 'more DATA than the window allows (RFC 9113 §6.9.1)');

export class ReceiveWindow {
  #left = RECEIVE_WINDOW;
  #given = 0;

  /** Throws FLOW_CONTROL_ERROR for more than there is. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw windowExceeded();
  }

  /** Bytes that we hold no more. Returns what a WINDOW_UPDATE should grant by now: 0, or half the window and more. */
  give(bytes: number): number {
    this.#given += bytes;
    if (this.#given < RECEIVE_WINDOW / 2) return 0;
    const granted = this.#given;
    this.#left += granted;
    this.#given = 0;
    return granted;
  }
}
