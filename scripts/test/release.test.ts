// What a release refuses, and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseFaults } from '../release.ts';

const repository = { url: 'git+https://git.example.com/chatpush.git' };
const root = { name: 'chatpush-workspace', version: '1.2.0', private: true, repository };
const wire = { name: '@chatpush/wire', version: '1.2.0' };
const client = { ...wire, name: '@chatpush/client', dependencies: { '@chatpush/wire': '1.2.0' } };
const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n- Faster.\n\n## 1.1.0\n\n- First.\n';

test('a release with one version and a changelog entry passes', () => {
  assert.deepEqual(releaseFaults([root, wire, client], CHANGELOG), []);
});

for (const [what, manifests, changelog, expected] of [
  ['two versions', [root, wire, { ...client, version: '1.1.0' }], CHANGELOG, /one version for all/],
  [
    'a dependency of another version',
    [root, wire, { ...client, dependencies: { '@chatpush/wire': '1.1.0' } }],
    CHANGELOG,
    /depends on @chatpush\/wire 1\.1\.0/,
  ],
  // npm's registry would answer 422 to the first package.
  [
    'a root without a repository',
    [{ ...root, repository: undefined }, wire, client],
    CHANGELOG,
    /No repository in the root's package\.json/,
  ],
  ['no entry', [root, wire], CHANGELOG.replace('## 1.2.0', '## 1.2.01'), /no entry for 1\.2\.0/],
  [
    'an empty entry',
    [root, wire],
    CHANGELOG.replace('- Faster.', ''),
    /entry for 1\.2\.0 in CHANGELOG\.md is empty/,
  ],
  [
    'an unreleased change',
    [root, wire],
    CHANGELOG.replace('## Unreleased\n', '## Unreleased\n\n- More.\n'),
    /"Unreleased"/,
  ],
] as const)
  test(`${what} is refused`, () => {
    const faults = releaseFaults(manifests, changelog);
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, expected);
  });
