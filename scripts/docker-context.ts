// What `docker build` sees of the repository: the files tracked by git, without those in .dockerignore.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Paths from the root of the repository. */
export function contextFiles(): string[] {
  const rules = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return tracked.filter((file) => file !== '' && existsSync(join(ROOT, file)) && !isIgnored(file, rules));
}

/** The last rule that matches the file, or a folder that it is in, counts. */
function isIgnored(file: string, rules: readonly string[]): boolean {
  const parts = file.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = rules.findLast((rule) => paths.some((path) => matchesGlob(path, rule.replace(/^!/, ''))));
  return last !== undefined && !last.startsWith('!');
}
