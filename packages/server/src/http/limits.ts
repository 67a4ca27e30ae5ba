// The limits of the HTTP side, in one place, each with its reason. The limits of bodies are in wire/, with each
// operation.

export interface HttpLimits {
  /** Request line and headers together; more is answered with 431. */
  readonly headerBytes: number;
  /** How long the headers of a request may take. */
  readonly headersTimeoutMs: number;
  /** How long a whole request may take to arrive; slower ones are answered with 408. */
  readonly requestTimeoutMs: number;
  /** How long a body may take once it is read, including what is still arriving after a refusal. */
  readonly bodyTimeoutMs: number;
  readonly lingerMs: number;
  /**
   * How long an idle connection is kept. Longer than a load balancer's timeout (AWS's: 60 s), which must close
   * first.
   */
  readonly keepAliveTimeoutMs: number;
  /** How long a caller may take to read an answer. */
  readonly answerTimeoutMs: number;
  /** Requests of one connection that may wait behind the one being answered. */
  readonly readAhead: number;
  /** How long `close` waits for running requests. */
  readonly closeTimeoutMs: number;
  /** The throttle per access key and operation: calls per second, and the burst. */
  readonly callsPerSecond: number;
  readonly burst: number;
  /** Total bytes of bodies in memory at once. */
  readonly bodyBytes: number;
  /**
   * Bytes of bodies whose calls are processed at once: in total, of an instance that calls alone, and of each while several do. A
   * larger call runs alone.
   */
  readonly workBytes: number;
  readonly workBytesAlone: number;
  readonly workBytesShared: number;
  /** Calls waiting to be admitted: per instance, in total, and for how long. */
  readonly waitingPerInstance: number;
  readonly waiting: number;
  readonly waitMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headerBytes: 32_768,
  headersTimeoutMs: 10_000,
  // The wait, then the body, and a little for the headers.
  requestTimeoutMs: 30_000,
  // The largest body, 10 MiB, at 700 KB/s.
  bodyTimeoutMs: 15_000,
  lingerMs: 5_000,
  keepAliveTimeoutMs: 72_000,
  answerTimeoutMs: 20_000,
  // No SDK sends a request before the previous one was answered; load generators send ten ahead.
  readAhead: 32,
  closeTimeoutMs: 10_000,
  callsPerSecond: 1_000,
  burst: 2_000,
  // Six of the largest bodies. With the memory needed to process them, the process stays below 512 MB.
  bodyBytes: 64 * 1024 * 1024,
  workBytes: 16 * 1024 * 1024,
  // 2,500 short messages, or 128 registrations: more was not faster.
  workBytesAlone: 512 * 1024,
  // What is being processed is what garbage collections copy and what groups of commits consist of, so this decides how long another
  // instance's call waits. In a flood of short messages its p99 was 57 ms with 512 KB, 43 with 256, 30 with 128 and 24 with 64, at
  // 15,400, 14,800, 15,200 and 12,400 pushes/s. Several that flood have as much each, so only a single one is slower.
  // Alone, an instance sends 1.3 times as many with 512 KB as with 128.
  workBytesShared: 64 * 1024,
  // A waiting request holds at most one read of its socket, 64 KiB, in memory.
  waitingPerInstance: 1_000,
  waiting: 2_000,
  waitMs: 10_000,
};

/** The cost of a call besides its body: headers, input, the answer. */
export const LEAST_CALL_BYTES = 4_096;
