// The limits of the HTTP side, in one place. Body limits stand with each operation in wire/.

export interface HttpLimits {
  /** Request line and headers together; more is answered with 431. */
  readonly headerBytes: number;
  /** How long the headers of a request may take. */
  readonly headersTimeoutMs: number;
  /** How long a whole request may take to arrive; slower ones are answered with 408. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. Longer than a load balancer's (AWS's have 60 s), which must close first. */
  readonly keepAliveTimeoutMs: number;
  /** How long `close` waits for running requests. */
  readonly closeTimeoutMs: number;
  /** The throttle per access key and operation: calls per second, and how many may come at once. */
  readonly callsPerSecond: number;
  readonly burst: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headerBytes: 32_768,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 72_000,
  closeTimeoutMs: 10_000,
  callsPerSecond: 1_000,
  burst: 2_000,
};
