// What the service needs from tracing: spans of calls, of the store verbs they wait for, and of attempts.
// `open-traces.ts` creates them with OpenTelemetry; if traces are off there is no such object.

/** The span of a call, inside the caller's trace if `traceparent` names one. */
export interface CallSpan {
  /** The same as in log lines, so that a line leads to its trace. */
  readonly traceId: string;
  /** Everything done inside belongs to this call. */
  run<T>(work: () => T): T;
  end(call: {
    /** The operation, or the path of a source; undefined: the request named neither. */
    readonly asked: string | undefined;
    readonly method: string;
    readonly status: number;
    readonly error: string | undefined;
    readonly instanceId: string | undefined;
  }): void;
}

/** Begins the span of a call from its `traceparent`; undefined: this trace is not recorded. */
export type BeginCall = (traceparent: string | undefined) => CallSpan | undefined;

/** An attempt that has ended. */
export interface TracedAttempt {
  /** Stored with the delivery since the call that brought it. */
  readonly traceparent: string;
  readonly deliveryId: string;
  readonly gateway: string;
  /** 1 for the first attempt that was sent, or did not get that far. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly outcome: string;
  readonly answer: string;
}

export interface Traces {
  readonly begin: BeginCall;
  /** The `traceparent` of the current call, to store with its deliveries. */
  current(): string | undefined;
  /** A store verb ended; recorded if a call was waiting for it. */
  storeCall(verb: string, ms: number, failed: boolean): void;
  attempt(attempt: TracedAttempt): void;
  /** Runs work that outlives the call that causes it, and must not be recorded as part of it. */
  outside<T>(work: () => T): T;
  /** Exports everything that has not been exported yet. */
  close(): Promise<void>;
}
