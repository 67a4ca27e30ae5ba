// An operation as a value: its address, input, output and errors.
import type { ErrorName } from './errors.ts';
import type { StructureShape, TypeOf } from './shape.ts';

export interface Operation {
  /** As in IAM and in logs: `CreatePushNotificationRegistration`. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** Path template; `{Member}` stands for one percent-encoded segment. */
  readonly path: string;
  /** Members sent as query parameters, with their keys. Members in neither path, query nor headers are in the body. */
  readonly query?: { readonly [member: string]: string };
  /** Members sent as headers, with the lower-case header names. */
  readonly headers?: { readonly [member: string]: string };
  /** The token in `X-Amz-Bearer` that authenticates a call; absent: calls are signed. */
  readonly auth?: 'participant-token' | 'connection-token';
  /** Bearer keys with this right are accepted instead of a signature. */
  readonly bearer?: 'intake' | 'reading';
  readonly input: StructureShape;
  /** No members: the answer has an empty body, or `{}` with `emptyAnswer: 'object'`. */
  readonly output: StructureShape;
  readonly emptyAnswer?: 'none' | 'object';
  /** Of a success. Default 200. */
  readonly status?: 200 | 201 | 204;
  /** The signing name a signature's scope must have. Default `connect`. */
  readonly service?: 'mobiletargeting';
  readonly errors: readonly ErrorName[];
  /** Largest request body in bytes; larger ones are answered with 413. */
  readonly bodyLimitBytes: number;
  /** `amazon`: from Amazon's API model; `chatpush`: our own, not in any AWS SDK. */
  readonly origin: 'amazon' | 'chatpush';
}

export type InputOf<O extends Operation> = TypeOf<O['input']>;
export type OutputOf<O extends Operation> = TypeOf<O['output']>;

/** Declares an operation: keeps its own type, checked against {@link Operation}. */
export const operation = <const O extends Operation>(value: O): O => value;

/** The members sent outside the body. */
export const membersElsewhere = ({ path, query = {}, headers = {} }: Operation): string[] => [
  ...pathMembers(path),
  ...Object.keys(query),
  ...Object.keys(headers),
];

/** The members of a path template, in order. */
export function pathMembers(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}
