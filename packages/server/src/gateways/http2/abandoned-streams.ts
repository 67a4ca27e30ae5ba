// Streams that we have reset, or that a GOAWAY refused: their responses may still be on the way, and are dropped (RFC 9113 §5.1).

/** Of the oldest ones nothing comes any more; if it does, it counts as a fault. */
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

  /** Its response has come to its end. */
  forget(streamId: number): void {
    this.#ids.delete(streamId);
  }
}
