// A secret text: a key, a password, a token. Printing, logging or serializing an object that contains it shows
// `[secret]`.
import { inspect } from 'node:util';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
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
