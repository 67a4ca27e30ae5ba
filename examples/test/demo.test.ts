// npm run demo -- --once runs to its end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

test('the demo runs to its end: phones light up, nothing is lost', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', fileURLToPath(new URL('../demo.ts', import.meta.url)), '--once'],
    { encoding: 'utf8', timeout: 300_000 },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /iPhone +lights up after \d+ ms/);
  assert.match(stdout, /Android lights up after \d+ ms/);
  assert.match(stdout, /the same registration: yes/);
  assert.match(stdout, /ResourceNotFoundException: The contact has ended\./);
  assert.match(stdout, /accepted 1000, arrived 1000, lost 0, merged duplicates \d+/);
});
