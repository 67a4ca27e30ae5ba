// An operation as a value: where it lives, what goes in and out, what it may answer.
import type { ErrorName } from './errors.ts';
import type { MemberShapes, StructureShape, TypeOf } from './shape.ts';

export interface Operation {
  /** As in IAM and in logs: `CreatePushNotificationRegistration`. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** Path template; `{Member}` stands for one percent-encoded segment. */
  readonly path: string;
  /** Members that travel as query parameters, with their keys there. What is neither in the path nor here is the body's. */
  readonly query?: { readonly [member: string]: string };
  readonly input: StructureShape;
  /** No members: the answer has an empty body, or `{}` with `emptyAnswer: 'object'`. */
  readonly output: StructureShape;
  readonly emptyAnswer?: 'none' | 'object';
  readonly errors: readonly ErrorName[];
  /** Largest request body in bytes; more is answered with 413. */
  readonly bodyLimitBytes: number;
  /** `amazon`: in Amazon's API model; `chatpush`: our own, in no AWS SDK. */
  readonly origin: 'amazon' | 'chatpush';
}

export type InputOf<O extends Operation> = TypeOf<O['input']>;
export type OutputOf<O extends Operation> = TypeOf<O['output']>;

/** Declares an operation; the names of members in path and query are checked when the module loads. */
export function operation<const O extends Operation>(value: O): O {
  const members: MemberShapes = value.input.members;
  for (const name of [...pathMembers(value.path), ...Object.keys(value.query ?? {})])
    if (!Object.hasOwn(members, name)) throw new TypeError(`${value.name} has no member ${name}`);
  return value;
}

/** The members of a path template, in order. */
export function pathMembers(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}
