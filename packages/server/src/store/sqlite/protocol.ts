// The messages between the calling thread and the thread that owns the connection.
import type { Store } from '../store.ts';
import type { Flat, PackedChange, PackedClaim } from './flat.ts';

/** The verbs of the contract that the worker answers; hints and close stay on the calling thread. */
export type Verb = Exclude<keyof Store, 'onHint' | 'hint' | 'close'>;

/** When a verb was called, read on the calling thread, whose clock a test may control. Both in milliseconds. */
export interface Moment {
  /** Since the epoch. */
  readonly now: number;
  /** From an arbitrary start, never set back: the leases of nodes are measured by it. */
  readonly monotonic: number;
}

type Answered<V extends Verb> = Awaited<ReturnType<Store[V]>>;

/**
 * Each verb in the worker: synchronous, within the transaction of its group. Frequent verbs take and return flat
 * lists (flat.ts).
 */
export type Verbs = {
  readonly [V in Exclude<Verb, keyof FlatVerbs>]: (
    moment: Moment,
    ...parameters: Parameters<Store[V]>
  ) => Answered<V>;
} & FlatVerbs;

interface FlatVerbs {
  commit(moment: Moment, contact: PackedChange | null, claim: PackedClaim | null): Answered<'commit'>;
  contacts(moment: Moment, keys: readonly string[]): Flat;
  /** Returns a letter for each entry. */
  enqueue(moment: Moment, entries: Flat, node: string, credit: ReadonlyMap<string, number>): string;
  claim(moment: Moment, node: string, want: ReadonlyMap<string, number>): Flat;
  settle(moment: Moment, node: string, settlements: Flat): Answered<'settle'>;
  /** Whether there may be more to delete, and the keys of the contacts that were. */
  sweep(moment: Moment, limit: number): { readonly isMore: boolean; readonly contacts: readonly string[] };
}

export interface Call {
  readonly seq: number;
  readonly verb: Verb;
  readonly moment: Moment;
  readonly parameters: readonly unknown[];
}

/** A copy of the whole file, made while calls continue. */
export interface Copy {
  readonly seq: number;
  readonly copyTo: string;
}

/** To the worker: a call, a copy, or the request to end after everything before it. */
export type Request = Call | Copy | 'close';
/** All requests of one turn of the event loop cross together: a message costs more than most calls in it. */
export type Requests = readonly Request[];

/**
 * The result of one call. `unavailable`: nothing was written, the caller may repeat. `failed`: a mistake in the
 * call or a bug.
 */
export type Result =
  | { readonly seq: number; readonly value: unknown }
  | { readonly seq: number; readonly unavailable: string }
  | { readonly seq: number; readonly failed: string };

/** From the worker: it upgrades the file first, it is ready, the results of one commit group, or why it had to stop. */
export type Reply =
  | { readonly kind: 'upgrading'; readonly sentence: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'results'; readonly results: readonly Result[] }
  | { readonly kind: 'fatal'; readonly message: string };
