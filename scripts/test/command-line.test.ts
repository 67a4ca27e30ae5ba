import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

for (const [command, script] of [
  ['test', 'scripts/test.ts'],
  ['campaign', 'campaign/main.ts'],
  ['attack', 'attack/main.ts'],
] as const)
  test(`npm run ${command} names an unknown option and prints its usage, not a stack trace`, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=source', script, '--no-such-option'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^Unknown option '--no-such-option'/);
    assert.match(stderr, new RegExp(`\\n\\nnpm (run )?${command} -- \\[`));
    assert.doesNotMatch(stderr, /\n +at /);
    assert.equal(stdout, '');
  });
