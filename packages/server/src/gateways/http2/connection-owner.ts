// Both neighbours of a connection: the socket below it, and the owner that is told what happens on it.
import type { Duplex } from 'node:stream';
import type { PeerSettings } from './settings.ts';
import type { Stream } from './stream.ts';

/** What a connection needs from its socket: TCP or TLS, direct or through a tunnel. */
export interface ConnectionSocket extends Duplex {
  /** Calls back when nothing has been read or written for this long. */
  setTimeout(ms: number, callback: () => void): unknown;
  /** Destroys it once everything is written. */
  destroySoon(): void;
}

/** How a connection reports, always in the same turn in which the frame arrived. */
export interface ConnectionOwner<S extends Stream> {
  /** The first call means that the peer is ready. Members that did not change are absent. */
  settings(settings: PeerSettings): void;
  /** No more streams may begin; those above its last stream end right after this call. */
  goaway(code: number, debug: Buffer): void;
  /** The answer to `ping`. */
  pong(): void;
  /** The head of a final response arrived. */
  heard(): void;
  /** The stream has ended, and its slot is free. */
  ended(stream: S): void;
  /** `writable` may be true again. */
  writable(): void;
  /**
   * The connection is over, for whatever reason; its streams end right after this call. Undefined: the peer simply
   * closed it.
   */
  broken(why: NodeJS.ErrnoException | undefined): void;
  /** After the last stream has ended. */
  closed(): void;
}
