// A secret text: a key, a password, a token. Printing, logging or serialising an object that holds it shows `[secret]`.
import { inspect } from 'node:util';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Only where it is put to use: what is revealed is no longer guarded. */
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

/** A value as JSON with its secrets in it: only to tell whether two values differ, never to be shown or kept. */
export const revealed = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, name, shown: unknown) {
    const own = this[name];
    return own instanceof Secret ? own.reveal() : shown;
  });
