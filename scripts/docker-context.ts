// What `docker build` sees of the repository.
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';

const RULES = readFileSync(new URL('../.dockerignore', import.meta.url), 'utf8').split('\n');

/** Whether .dockerignore keeps this file away from it: the last rule that matches the file, or a folder that it is in, counts. */
export function isIgnored(file: string): boolean {
  const parts = file.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = RULES.findLast((rule) => paths.some((path) => matchesGlob(path, rule.replace(/^!/, ''))));
  return last !== undefined && !last.startsWith('!');
}
