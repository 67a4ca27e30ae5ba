// npm run release [-- folder] : checks everything that must hold before a release, then prints the commands that publish.
//
// It publishes nothing itself: that needs a workflow with its own identity, so that --provenance can name the commit and the run
// of a package. The printed commands were tested with a private registry, without --provenance: `npm install chatpush` and `npx
// chatpush` then work in an empty folder.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { complaints } from './check-packages.ts';
import { PUBLISHED, packAll } from './pack.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly repository?: { readonly url: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The problems of a release. The first manifest is the root's. */
export function releaseFaults(manifests: readonly Manifest[], changelog: string): string[] {
  const [root] = manifests;
  const { version = '' } = root ?? {};
  const names = new Set(manifests.map(({ name }) => name));
  const faults = manifests
    .filter((manifest) => manifest.version !== version)
    .map(
      ({ name, version: other }) =>
        `${name} has version ${other}, and the root has ${version}: use one version for all.`,
    );
  for (const { name, dependencies = {} } of manifests)
    for (const [dependency, wanted] of Object.entries(dependencies))
      if (names.has(dependency) && wanted !== version)
        faults.push(`${name} depends on ${dependency} ${wanted}, but the release is ${version}.`);
  if (!root?.repository?.url)
    faults.push(
      'No repository in the root\'s package.json, from which packing copies it to every package: npm refuses --provenance where it is not the one that the workflow runs in. Add "repository": { "type": "git", "url": "git+https://…" }.',
    );
  const entries = [...changelog.matchAll(/^## (.+)\n([^]*?)(?=^## |$(?![^]))/gm)];
  const entry = entries.find(([, title]) => title!.split(' ')[0] === version);
  if (entry === undefined) faults.push(`CHANGELOG.md has no entry for ${version}.`);
  else if (entry[2]!.trim() === '') faults.push(`The entry for ${version} in CHANGELOG.md is empty.`);
  const unreleased = entries.find(([, title]) => title === 'Unreleased');
  if (unreleased !== undefined && unreleased[2]!.trim() !== '')
    faults.push('CHANGELOG.md has changes under "Unreleased": move them under the version.');
  return faults;
}

if (import.meta.main) {
  const [folder = 'release'] = process.argv.slice(2);
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const manifests = ['.', ...PUBLISHED.map((name) => `packages/${name}`)].map(
    (path) => JSON.parse(read(join(path, 'package.json'))) as Manifest,
  );
  const faults = releaseFaults(manifests, read('CHANGELOG.md'));
  if (execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }) !== '')
    faults.push('There are uncommitted changes: commit them, because a release must match a commit.');
  // Pack anyway, so that one run reports everything.
  const tarballs = await packAll(resolve(folder));
  faults.push(...(await complaints(tarballs)));
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exit(1);
  }
  for (const tarball of tarballs) console.log(`npm publish ${tarball} --provenance --access public`);
}
