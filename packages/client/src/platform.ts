// What the client needs from its platform. `#platform` (package.json, "imports") is Node's own crypto and HTTP on Node, and
// WebCrypto and `fetch` everywhere else.
import type { Answer } from './answer.ts';
import type { Ending } from './deadline.ts';

/**
 * How much of an answer is read, in UTF-16 units: ten times the service's longest. A longer one comes from another server and
 * may be endless; cut here, it becomes an UnexpectedAnswerError instead of filling the memory of the process.
 */
export const MAX_ANSWER_LENGTH = 10_000_000;

/** Sends a request once, follows no redirects, and reads the answer up to {@link MAX_ANSWER_LENGTH}. Rejects if there is no answer. */
export type Send = (
  request: {
    readonly origin: string;
    /** Encoded, with query. */
    readonly target: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  },
  /** Aborts the request and closes its connection. */
  ending: Ending,
) => Promise<Answer>;

/** The cryptography of Signature Version 4: synchronous on some platforms, promises on others. */
export interface Hashing {
  /** In lower-case hex. */
  sha256(text: string): string | Promise<string>;
  /**
   * A key derived from a secret by one HMAC-SHA-256 per message of `chain`, as a function that returns the HMAC-SHA-256 of a
   * text in lower-case hex.
   */
  deriveKey(secret: string, chain: readonly string[]): MessageAuthentication | Promise<MessageAuthentication>;
}

export type MessageAuthentication = (text: string) => string | Promise<string>;
