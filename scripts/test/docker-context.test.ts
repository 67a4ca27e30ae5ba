// The image's build sees what it needs. A page of the console imported a guide, docs/ was ignored, and the image could not be built.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { contextFiles } from '../docker-context.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('the files that sources import from elsewhere in the repository are in the context', () => {
  const context = new Set(contextFiles());
  const sources = [...context].filter((file) => /^packages\/\w+\/(src|vite\.config)\b.*\.tsx?$/.test(file));
  const elsewhere = sources.flatMap((source) =>
    [...readFileSync(join(ROOT, source), 'utf8').matchAll(/\bimport\(?[^;'()]*'(\.[^'?]+)/g)]
      .map(([, path]) => relative(ROOT, join(ROOT, dirname(source), path!)))
      .filter((file) => !file.startsWith('packages/')),
  );
  assert.ok(elsewhere.length > 0);
  assert.deepEqual(
    elsewhere.filter((file) => !context.has(file)),
    [],
  );
});

test('examples and other guides are not', () => {
  const context = contextFiles();
  assert.deepEqual(
    context.filter((file) => /^(docs|examples)\//.test(file)),
    ['docs/guides/troubleshooting.md'],
  );
});
