// An operation as a value: where it lives, what goes in and out, what it may answer.
import type { ErrorName } from './errors.ts';
import type { StructureShape, TypeOf } from './shape.ts';

export interface Operation {
  /** As in IAM and in logs: `CreatePushNotificationRegistration`. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** Path template; `{Member}` stands for one percent-encoded segment. */
  readonly path: string;
  /** Members that travel as query parameters, with their keys there. What is in none of path, query and headers is the body's. */
  readonly query?: { readonly [member: string]: string };
  /** Members that travel as headers, with their names there in lower case. */
  readonly headers?: { readonly [member: string]: string };
  /** The token that a call proves itself by, in `X-Amz-Bearer`; absent: calls are signed. */
  readonly auth?: 'participant-token' | 'connection-token';
  /** Bearer keys with this right are taken in place of a signature. */
  readonly bearer?: 'intake' | 'reading';
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

/** Declares an operation: its own type, checked against {@link Operation}. */
export const operation = <const O extends Operation>(value: O): O => value;

/** The members that travel outside of the body. */
export const membersElsewhere = ({ path, query = {}, headers = {} }: Operation): string[] => [
  ...pathMembers(path),
  ...Object.keys(query),
  ...Object.keys(headers),
];

/** The members of a path template, in order. */
export function pathMembers(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}
