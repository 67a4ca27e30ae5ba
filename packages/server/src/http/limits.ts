// The limits of the HTTP side, in one place, each with its reason. Body limits stand with each operation in wire/.

export interface HttpLimits {
  /** Request line and headers together; more is answered with 431. */
  readonly headerBytes: number;
  /** How long the headers of a request may take. */
  readonly headersTimeoutMs: number;
  /** How long a whole request may take to arrive; slower ones are answered with 408. */
  readonly requestTimeoutMs: number;
  /** How long a body may take once it is read, and what is still on its way after a refusal. */
  readonly bodyTimeoutMs: number;
  readonly lingerMs: number;
  /** How long an idle connection is kept. Longer than a load balancer's (AWS's have 60 s), which must close first. */
  readonly keepAliveTimeoutMs: number;
  /** How long a caller may take to read an answer. */
  readonly answerTimeoutMs: number;
  /** Requests that one connection may have waiting behind the one that is answered. */
  readonly readAhead: number;
  /** How long `close` waits for running requests. */
  readonly closeTimeoutMs: number;
  /** The throttle per access key and operation: calls per second, and how many may come at once. */
  readonly callsPerSecond: number;
  readonly burst: number;
  /** Bytes of bodies that are in memory at once, in all. */
  readonly bodyBytes: number;
  /** Bytes of bodies whose calls are worked on at once: of one instance, and in all. A larger call goes alone. */
  readonly workBytesPerInstance: number;
  readonly workBytes: number;
  /** Calls that wait to be let in: of one instance, in all, and for how long. */
  readonly waitingPerInstance: number;
  readonly waiting: number;
  readonly waitMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headerBytes: 32_768,
  headersTimeoutMs: 10_000,
  // Waiting, then the body, and a little for the headers.
  requestTimeoutMs: 30_000,
  // The largest body, 10 MiB, at 700 KB/s.
  bodyTimeoutMs: 15_000,
  lingerMs: 5_000,
  keepAliveTimeoutMs: 72_000,
  answerTimeoutMs: 20_000,
  // No SDK sends a request before the last one was answered; load generators send ten ahead.
  readAhead: 32,
  closeTimeoutMs: 10_000,
  callsPerSecond: 1_000,
  burst: 2_000,
  // Six of the largest bodies. With what becomes of those that are worked on the process stays below 512 MB.
  bodyBytes: 64 * 1024 * 1024,
  // 2,500 short messages, or 128 registrations: more in flight made nothing faster and everybody else slower.
  workBytesPerInstance: 512 * 1024,
  workBytes: 16 * 1024 * 1024,
  // A request that waits holds at most one read of its socket, 64 KiB, in memory.
  waitingPerInstance: 1_000,
  waiting: 2_000,
  waitMs: 10_000,
};

/** What a call costs beside its body: headers, input, the answer. */
export const LEAST_CALL_BYTES = 4_096;
