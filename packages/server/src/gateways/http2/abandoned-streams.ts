// Streams that we have reset, or that a GOAWAY refused. Their responses may still arrive and are dropped (RFC 9113
// §5.1).

/** No response is expected for the oldest streams any more; if one arrives, it is treated as an error. */
const MOST = 4_096;

export class AbandonedStreams {
  readonly #ids = new Set<number>();

  add(streamId: number): void {
    this.#ids.add(streamId);
    if (this.#ids.size <= MOST) return;
    for (const oldest of this.#ids) return this.forget(oldest);
  }

  has(streamId: number): boolean {
    return this.#ids.has(streamId);
  }

  /** Its response is complete. */
  forget(streamId: number): void {
    this.#ids.delete(streamId);
  }
}
