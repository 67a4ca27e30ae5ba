// What the client needs of where it runs. `#platform` (package.json, "imports") is Node's own crypto and HTTP on Node, and
// WebCrypto and `fetch` everywhere else.
import type { Answer } from './answer.ts';
import type { Ending } from './deadline.ts';

/**
 * How much of an answer is read, in UTF-16 units; the service's longest is a tenth. What is longer comes from another server,
 * possibly without end: it is cut here and so becomes an UnexpectedAnswerError, instead of filling the memory of the process.
 */
export const MAX_ANSWER_LENGTH = 10_000_000;

/** Sends a request once, follows nothing, and reads the answer to its end or {@link MAX_ANSWER_LENGTH}. Rejects where there is none. */
export type Send = (
  request: {
    readonly origin: string;
    /** Encoded, with query. */
    readonly target: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  },
  /** Ends the request and its connection. */
  ending: Ending,
) => Promise<Answer>;

/** The cryptography of Signature Version 4. Some places have it at once, others by promise. */
export interface Hashing {
  /** In lower-case hex. */
  sha256(text: string): string | Promise<string>;
  /**
   * A key derived from a secret by an HMAC-SHA-256 per message of `chain`, as a function that answers the HMAC-SHA-256 of a
   * text in lower-case hex.
   */
  deriveKey(secret: string, chain: readonly string[]): MessageAuthentication | Promise<MessageAuthentication>;
}

export type MessageAuthentication = (text: string) => string | Promise<string>;
