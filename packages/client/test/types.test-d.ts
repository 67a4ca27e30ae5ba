// Compiled, never run: the written interfaces are exactly what wire/ derives, in both directions, so that neither can gain,
// lose or rename a member without the other. `npm run types` fails here.
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
  // Every operation has its method, and there is no other.
  Proven<Equal<keyof ChatpushClient, Uncapitalize<OperationName>>>,
  // Every method takes and answers what its operation does.
  Proven<Equal<Written, Derived>>,
  // Every exception that an operation declares has its class, and there is no other.
  Proven<Equal<keyof typeof EXCEPTIONS, (typeof OPERATIONS)[OperationName]['errors'][number]>>,
  // The named types are the ones in use.
  Proven<Equal<ContactConfiguration, Camel<Create['ContactConfiguration'], 'in'>>>,
  Proven<Equal<DeviceType, Create['DeviceType']>>,
  Proven<Equal<ParticipantRole, NonNullable<Create['ContactConfiguration']['ParticipantRole']>>>,

  // And the proof can fail: each of these differs by one thing.
  // @ts-expect-error -- a member more
  Proven<Equal<{ a: string }, { a: string; b?: string }>>,
  // @ts-expect-error -- optional or not
  Proven<Equal<{ a: string }, { a?: string }>>,
  // @ts-expect-error -- another type
  Proven<Equal<{ a: { b: string } }, { a: { b: number } }>>,
  // @ts-expect-error -- one operation's request taken for another's
  Proven<Equal<Parameters<Method<'StopContact'>>[0], Camel<Input<'ListDeliveries'>, 'in'>>>,
];
