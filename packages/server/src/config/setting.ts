// The language of the settings table: what a setting may contain, as data. The reader, the JSON Schema and the
// settings page derive from it.
import type { Secret } from './secret.ts';

interface Described {
  /** For people, in one or two sentences. */
  readonly means: string;
  readonly required?: true;
}

export interface TextSetting extends Described {
  readonly kind: 'text';
  /** What to write, after "write": `the 12 digits of an account`. */
  readonly hint: string;
  readonly pattern?: RegExp;
  /** In UTF-8, with JSON's escapes. */
  readonly maxBytes?: number;
  readonly default?: string;
  /** What is wrong with a text and how to fix it, if a pattern is not enough. */
  readonly check?: (text: string) => string | undefined;
}

export interface IntegerSetting extends Described {
  readonly kind: 'integer';
  readonly least: number;
  readonly most: number;
  readonly default: number;
}

export interface ChoiceSetting extends Described {
  readonly kind: 'choice';
  readonly of: readonly (string | number)[];
  readonly default?: string | number;
}

/** A text that is written in the settings, in a separate file, or in the environment. */
export interface ContentsSetting extends Described {
  readonly kind: 'contents';
  readonly hint: string;
  readonly secret: boolean;
  readonly check?: (text: string) => string | undefined;
}

export interface ListSetting extends Described {
  readonly kind: 'list';
  readonly of: Setting;
  /** A word that stands for a list with everything in it. */
  readonly word?: string;
  readonly default?: string;
}

export interface ObjectSetting extends Described {
  readonly kind: 'object';
  readonly members: Readonly<Record<string, Setting>>;
}

export type Setting =
  | TextSetting
  | IntegerSetting
  | ChoiceSetting
  | ContentsSetting
  | ListSetting
  | ObjectSetting;

/** The type that a setting is read as. */
export type Value<S> = S extends { kind: 'text' }
  ? string
  : S extends { kind: 'integer' }
    ? number
    : S extends { kind: 'choice'; of: readonly (infer Choice)[] }
      ? Choice
      : S extends { kind: 'contents'; secret: true }
        ? Secret
        : S extends { kind: 'contents' }
          ? string
          : S extends { kind: 'list'; of: infer Element; word: infer Word }
            ? Word | Value<Element>[]
            : S extends { kind: 'list'; of: infer Element }
              ? Value<Element>[]
              : S extends { kind: 'object'; members: infer Members }
                ? {
                    readonly [Name in keyof Members]: Members[Name] extends
                      | { required: true }
                      | { default: unknown }
                      ? Value<Members[Name]>
                      : Value<Members[Name]> | undefined;
                  }
                : never;
