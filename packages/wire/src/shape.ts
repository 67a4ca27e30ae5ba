// The shape language: what a value on the wire looks like, as data.
//
// It has only what this API needs: no defaults, no references, no unions. Reading (read.ts), the codec of
// requests (request.ts), the types of inputs and outputs (`TypeOf`) and the reference page are all derived from it.

export interface StringShape<Values extends string = string> {
  readonly kind: 'string';
  /** Minimum and maximum length in Unicode code points, as AWS counts. */
  readonly min?: number;
  readonly max?: number;
  /** Maximum length in UTF-8 bytes. */
  readonly maxBytes?: number;
  /** The allowed values, if they are a closed list. */
  readonly values?: readonly Values[];
  /** `date-time`: an ISO 8601 instant such as `2026-11-22T19:00:00.000Z`. */
  readonly format?: 'date-time';
  /** Never logged, never quoted in an error. */
  readonly sensitive?: true;
}

export interface BooleanShape {
  readonly kind: 'boolean';
}

export interface IntegerShape {
  readonly kind: 'integer';
  readonly min?: number;
  readonly max?: number;
}

export interface ListShape<Of extends Shape = Shape> {
  readonly kind: 'list';
  readonly of: Of;
  readonly min?: number;
  readonly max?: number;
}

export interface MapShape<Of extends Shape = Shape> {
  readonly kind: 'map';
  readonly of: Of;
  /** Maximum total size of keys and values in UTF-8 bytes. */
  readonly maxBytes?: number;
}

export interface StructureShape<Members extends MemberShapes = MemberShapes> {
  readonly kind: 'structure';
  readonly members: Members;
}

/** A member of Amazon's model that this API does not support: refused with the reason, never silently dropped. */
export interface UnsupportedShape {
  readonly kind: 'unsupported';
  /** A clause that says why, or what to do instead. */
  readonly why: string;
  /** Accepted values, which request nothing. */
  readonly except: readonly (string | boolean)[];
}

export type Shape =
  | StringShape
  | BooleanShape
  | IntegerShape
  | ListShape
  | MapShape
  | StructureShape
  | UnsupportedShape;

/** A member that must be present; `null` counts as absent. */
export type Required = { readonly required: true };

export type MemberShapes = { readonly [name: string]: Shape & { readonly required?: true } };

type RequiredKeys<M extends MemberShapes> = { [K in keyof M]: M[K] extends Required ? K : never }[keyof M];

/** The TypeScript type of a shape's values. */
export type TypeOf<S> =
  S extends StringShape<infer Values>
    ? Values
    : S extends BooleanShape
      ? boolean
      : S extends IntegerShape
        ? number
        : S extends ListShape<infer Of>
          ? TypeOf<Of>[]
          : S extends MapShape<infer Of>
            ? { [key: string]: TypeOf<Of> }
            : S extends StructureShape<infer M>
              ? { [K in RequiredKeys<M>]: TypeOf<M[K]> } & {
                  [K in Exclude<keyof M, RequiredKeys<M>>]?: TypeOf<M[K]>;
                }
              : S extends UnsupportedShape
                ? string | boolean
                : never;

export const string = (limits: Omit<StringShape, 'kind' | 'values'> = {}): StringShape => ({
  kind: 'string',
  ...limits,
});
export const oneOf = <const Values extends string>(...values: readonly Values[]): StringShape<Values> => ({
  kind: 'string',
  values,
});
export const boolean: BooleanShape = { kind: 'boolean' };
export const integer = (limits: Omit<IntegerShape, 'kind'> = {}): IntegerShape => ({
  kind: 'integer',
  ...limits,
});
export const list = <Of extends Shape>(
  of: Of,
  limits: { readonly min?: number; readonly max?: number } = {},
): ListShape<Of> => ({ kind: 'list', of, ...limits });
export const map = <Of extends Shape>(of: Of, limits: { readonly maxBytes?: number } = {}): MapShape<Of> => ({
  kind: 'map',
  of,
  ...limits,
});
export const structure = <const Members extends MemberShapes>(members: Members): StructureShape<Members> => ({
  kind: 'structure',
  members,
});
export const unsupported = (
  why: string,
  { except = [] }: { readonly except?: UnsupportedShape['except'] } = {},
): UnsupportedShape => ({ kind: 'unsupported', why, except });
export const required = <S extends Shape>(shape: S): S & Required => ({ ...shape, required: true });
