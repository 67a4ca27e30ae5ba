// What the HTTP side calls: one function per operation, typed by wire/, so that a missing or misspelled one does not compile.
import type { Input, OperationName, Output } from '@chatpush/wire';

/** Who calls, as established by auth/. */
export interface Caller {
  readonly accessKeyId: string;
  /** The instances the key may act on; `all` in development. */
  readonly instances: 'all' | ReadonlySet<string>;
}

export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
}

/** Inputs arrive checked against their shapes and with `InstanceId` as a bare id, never an ARN. */
export type Handlers = {
  readonly [N in OperationName]: (input: Input<N>, call: Call) => Promise<Output<N>>;
};
