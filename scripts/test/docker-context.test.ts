// The image's build sees what it needs. A page of the console imported a guide, docs/ was ignored, and the image could not be built.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isIgnored } from '../docker-context.ts';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

test('the files that sources import from elsewhere in the repository are in the context', () => {
  const sources = globSync('packages/*/{src/**/*.{ts,tsx},vite.config.ts}', { cwd });
  const elsewhere = sources.flatMap((source) =>
    [...readFileSync(join(cwd, source), 'utf8').matchAll(/\bimport\(?[^;'()]*'(\.[^'?]+)/g)]
      .map(([, path]) => relative(cwd, join(cwd, dirname(source), path!)))
      .filter((file) => !file.startsWith('packages/')),
  );
  assert.ok(elsewhere.length > 0);
  assert.deepEqual(elsewhere.filter(isIgnored), []);
});

test('examples and other guides are not', () => {
  const files = globSync('{docs,examples}/**/*.*', { cwd });
  assert.deepEqual(
    files.filter((file) => !isIgnored(file)),
    ['docs/guides/troubleshooting.md'],
  );
});
