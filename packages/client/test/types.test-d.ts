// Compiled, never run: the hand-written interfaces must equal the types derived from wire/, in both directions, so that neither
// can gain, lose or rename a member alone. `npm run types` fails here.
import type {
  CallOptions,
  ChatpushClient,
  ContactConfiguration,
  DeviceType,
  ParticipantRole,
} from '@chatpush/client';
import type { Input, OPERATIONS, OperationName, Output } from '@chatpush/wire';
import type { EXCEPTIONS } from '../src/exceptions.ts';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- identity, by the one comparison of TypeScript's that sees optional members
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Proven<T extends true> = T;

/** Names as callers write them. Maps have no named members, and lists of a request may be read-only. */
type Camel<T, Direction extends 'in' | 'out'> = T extends (infer Element)[]
  ? Direction extends 'in'
    ? readonly Camel<Element, Direction>[]
    : Camel<Element, Direction>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T as Uncapitalize<K & string>]: Camel<T[K], Direction> }
    : T;

type Method<N extends OperationName> = ChatpushClient[Uncapitalize<N>];
type Written = {
  [N in OperationName]: [Parameters<Method<N>>[0], Parameters<Method<N>>[1], Awaited<ReturnType<Method<N>>>];
};
type Derived = {
  [N in OperationName]: [Camel<Input<N>, 'in'>, CallOptions | undefined, Camel<Output<N>, 'out'>];
};

type Create = Input<'CreatePushNotificationRegistration'>;

export type Proofs = [
  // Every operation has a method, and there are no other methods.
  Proven<Equal<keyof ChatpushClient, Uncapitalize<OperationName>>>,
  // Every method has its operation's input and output.
  Proven<Equal<Written, Derived>>,
  // Every exception that an operation declares has a class, and there are no other classes.
  Proven<Equal<keyof typeof EXCEPTIONS, (typeof OPERATIONS)[OperationName]['errors'][number]>>,
  // The named types are the ones in use.
  Proven<Equal<ContactConfiguration, Camel<Create['ContactConfiguration'], 'in'>>>,
  Proven<Equal<DeviceType, Create['DeviceType']>>,
  Proven<Equal<ParticipantRole, NonNullable<Create['ContactConfiguration']['ParticipantRole']>>>,

  // The comparison can fail: each of these differs in one way.
  // @ts-expect-error -- an extra member
  Proven<Equal<{ a: string }, { a: string; b?: string }>>,
  // @ts-expect-error -- optional or not
  Proven<Equal<{ a: string }, { a?: string }>>,
  // @ts-expect-error -- a different type
  Proven<Equal<{ a: { b: string } }, { a: { b: number } }>>,
  // @ts-expect-error -- the request of another operation
  Proven<Equal<Parameters<Method<'StopContact'>>[0], Camel<Input<'ListDeliveries'>, 'in'>>>,
];
