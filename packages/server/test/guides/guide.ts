// Reads the fenced blocks of a guide by their info strings: ```sh is run, ```lang name is a file, others are only shown.
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  /** `settings.jsonc`, `service`, `install`; empty if it has no name. */
  readonly name: string;
  readonly text: string;
}

export const pageOf = (guide: string): string =>
  readFileSync(new URL(`../../../../docs/guides/${guide}`, import.meta.url), 'utf8');

export function blocksOf(guide: string): Block[] {
  return [...pageOf(guide).matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm)].map(
    ([, language = '', name = '', text = '']) => ({ language, name, text }),
  );
}
