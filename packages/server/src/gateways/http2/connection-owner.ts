// Both neighbours of a connection: the socket below it, and the owner that hears what happens on it.
import type { Duplex } from 'node:stream';
import type { PeerSettings } from './settings.ts';
import type { Stream } from './stream.ts';

/** What a connection needs of its socket: TCP or TLS, directly or through a tunnel. */
export interface ConnectionSocket extends Duplex {
  /** Calls back when nothing has been read or written for so long. */
  setTimeout(ms: number, callback: () => void): unknown;
  /** Destroys it once everything is written. */
  destroySoon(): void;
}

/** How a connection reports, always in the turn in which the frame came. */
export interface ConnectionOwner<S extends Stream> {
  /** The first call says that the peer is ready. Members that did not change are absent. */
  settings(settings: PeerSettings): void;
  /** No streams may begin any more; those above its last stream end right after this call. */
  goaway(code: number, debug: Buffer): void;
  /** The answer to `ping`. */
  pong(): void;
  /** The head of a final response came. */
  heard(): void;
  /** The stream is done, and its place is free. */
  ended(stream: S): void;
  /** `writable` may be true again. */
  writable(): void;
  /** The connection is over, by whatever it was; its streams end right after this call. Undefined: the peer just closed it. */
  broken(why: NodeJS.ErrnoException | undefined): void;
  /** After the last stream has ended. */
  closed(): void;
}
