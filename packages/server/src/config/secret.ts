// A secret text: a key, a password, a token. Printing, logging or serializing an object that contains it shows
// `[secret]`.
import { inspect } from 'node:util';

/** How old a secret is: when its file was last written, or when it was stored, in milliseconds since the epoch. */
export interface SecretOrigin {
  readonly source: 'file' | 'stored';
  readonly at: number;
}

export class Secret {
  readonly #text: string;
  /** Absent: unknown. */
  readonly origin: SecretOrigin | undefined;

  constructor(text: string, origin?: SecretOrigin) {
    this.#text = text;
    this.origin = origin;
  }

  /** The text itself. Call it only where the text is used: a revealed text is no longer protected. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** A value as JSON including its secrets: only for comparing two values, never to be shown or stored. */
export const revealed = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, name, shown: unknown) {
    const own = this[name];
    return own instanceof Secret ? own.reveal() : shown;
  });
