// docs/guides/in-your-tests.md: its files, written in an empty folder and run there by `node --test`, in parallel.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { guideFolder } from './folder.ts';
import { blocksOf } from './guide.ts';

test('the tests of the guide run in parallel without sharing a port', { timeout: 300_000 }, async (t) => {
  const folder = guideFolder(t, {});
  folder.write('package.json', '{"private":true,"type":"module"}');
  const files = blocksOf('in-your-tests.md').filter(({ name }) => name.endsWith('.js'));
  for (const { name, text } of files) folder.write(name, text);
  // The same file twice: it must not conflict with itself.
  const push = files.find(({ name }) => name === 'push.test.js')!;
  folder.write('again.test.js', push.text);
  const said = await folder.run(
    'unset NODE_TEST_CONTEXT; node --conditions=source --test --test-reporter=tap push.test.js again.test.js registration.test.js',
  );
  assert.match(said, /^# pass 5$/m);
});

test('the Go recipe is part of the Go test that was run', () => {
  const fileOf = (path: string): string =>
    readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
  const whole = fileOf('examples/go-apns2/push_test.go');
  const [, recipe = ''] = /^```go\n([^]*?)^```$/m.exec(fileOf('packages/emulator/README.md'))!;
  assert.ok(whole.includes(recipe.replaceAll(/^/gm, '\t').trimEnd()), recipe);
  // The versions that the pages name.
  for (const page of ['packages/emulator/README.md', 'docs/guides/in-your-tests.md'])
    for (const [, version] of fileOf('examples/go-apns2/go.mod').matchAll(/sideshow\/apns2 v(\S+)/g))
      assert.ok(fileOf(page).includes(version!), `${page} does not name apns2 ${version}`);
});
