// What the HTTP side calls: one function per operation, typed by wire/, so that a missing or misspelled one does
// not compile.
import type {
  ApplicationOperationName,
  Input,
  OperationName,
  Output,
  ParticipantOperationName,
} from '@chatpush/wire';
import type { Participant } from './participant-token.ts';

/** The caller, as established by auth/. */
export interface Caller {
  readonly accessKeyId: string;
  /** The instances (bare ids) that the key may act on; `all` in development. */
  readonly instances: 'all' | ReadonlySet<string>;
  /** What it may do there, as names of wire's actions. */
  readonly actions: 'all' | ReadonlySet<string>;
  /** ARNs of the applications it may use. */
  readonly applications: 'all' | ReadonlySet<string>;
}

export interface Call {
  readonly caller: Caller;
  /** The region of the signature; empty if the call has a bearer key instead of a signature. */
  readonly region: string;
  readonly requestId: string;
}

/** A call of the Participant Service, made by a participant and not signed by a key. */
export interface ParticipantCall {
  readonly participant: Participant;
  readonly requestId: string;
}

/** Inputs arrive checked against their shapes and with `InstanceId` as a bare id, never an ARN. */
export type SignedHandlers = {
  readonly [N in OperationName]: (input: Input<N>, call: Call) => Promise<Output<N>>;
};

export type ApplicationHandlers = {
  readonly [N in ApplicationOperationName]: (input: Input<N>, call: Call) => Promise<Output<N>>;
};

export type Handlers = ApplicationHandlers &
  SignedHandlers & {
    readonly [N in ParticipantOperationName]: (input: Input<N>, call: ParticipantCall) => Promise<Output<N>>;
  };
