// What the service needs of tracing: spans of calls, of the store verbs they wait for, and of attempts. `open-traces.ts` makes
// them with OpenTelemetry; where traces are off there is no such object, and nothing is asked.

/** The span of a call, begun inside the caller's trace where `traceparent` names one. */
export interface CallSpan {
  /** As log lines have it, so that a line leads to its trace. */
  readonly traceId: string;
  /** Whatever is done inside belongs to this call. */
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

/** Begins the span of a call by its `traceparent`; undefined: this trace is not recorded. */
export type BeginCall = (traceparent: string | undefined) => CallSpan | undefined;

/** An attempt that has ended. */
export interface TracedAttempt {
  /** Kept with the delivery since the call that brought it. */
  readonly traceparent: string;
  readonly deliveryId: string;
  readonly gateway: string;
  /** 1 for the first that left, or did not get that far. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly outcome: string;
  readonly answer: string;
}

export interface Traces {
  readonly begin: BeginCall;
  /** The `traceparent` of the call that is running, to keep with what it leads to. */
  current(): string | undefined;
  /** A store verb ended; recorded where a call was waiting for it. */
  storeCall(verb: string, ms: number, failed: boolean): void;
  attempt(attempt: TracedAttempt): void;
  /** Runs what outlives the call that causes it, and must not be recorded as a part of it. */
  outside<T>(work: () => T): T;
  /** Exports what has not been exported yet. */
  close(): Promise<void>;
}
