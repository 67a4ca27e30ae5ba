// npm run pack -- folder : builds everything once and packs the published packages into a folder, in order of dependency.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The folders of the published packages. */
export const PUBLISHED = ['wire', 'client', 'emulator', 'server'] as const;

/** Returns the paths of the tarballs. */
export async function packAll(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  run([join(ROOT, 'scripts/build.ts')]);
  cpSync(await buildConsole(), join(ROOT, 'packages/emulator/dist/console'), { recursive: true });
  const staging = mkdtempSync(join(tmpdir(), 'chatpush-pack-'));
  const { stdout } = npm([
    'pack',
    '--json',
    `--pack-destination=${folder}`,
    ...PUBLISHED.map((name) => stage(name, staging)),
  ]);
  rmSync(staging, { recursive: true });
  const packed = JSON.parse(stdout) as { filename: string }[];
  return packed.map(({ filename }) => join(folder, filename));
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Pages, pictures and the settings' schema, without the files that build the site. */
const isPage = (path: string): boolean =>
  !/[\\/](\.vitepress|node_modules|public)([\\/]|$)|[\\/](package(-lock)?|tsconfig)\.json$/.test(path);

interface Manifest {
  /** Defined once in the root's package.json and copied into every package. */
  readonly repository?: { readonly type: string; readonly url: string };
  readonly files: readonly string[];
  readonly scripts?: object;
  readonly imports?: object;
  readonly exports: object;
}

/** A folder with the published part of a package: no scripts, and no `exports` to sources that are not published. */
function stage(name: string, staging: string): string {
  const from = join(ROOT, 'packages', name);
  const to = join(staging, name);
  const { scripts: _, ...own } = manifestIn(from);
  const { repository } = manifestIn(ROOT);
  const manifest = {
    ...own,
    ...(repository && { repository: { ...repository, directory: `packages/${name}` } }),
  };
  for (const part of [...manifest.files, 'README.md', 'LICENSE'])
    // The documentation covers the whole repository and is published with the service.
    if (part === 'docs') cpSync(join(ROOT, part), join(to, part), { recursive: true, filter: isPage });
    else cpSync(join(from, part), join(to, part), { recursive: true });
  const withoutSource = (key: string, value: unknown): unknown => (key === 'source' ? undefined : value);
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, withoutSource, 2)}\n`);
  return to;
}

/** The npm that started this process, if any: on some systems `npm` is a shim, not a program. */
function npm(args: readonly string[]): { stdout: string } {
  const path = process.env['npm_execpath'];
  if (path !== undefined) return run([path, ...args]);
  return succeeded(
    spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' }),
  );
}

const run = (args: readonly string[]): { stdout: string } =>
  succeeded(spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }));

function succeeded(ended: ReturnType<typeof spawnSync>): { stdout: string } {
  if (ended.error) throw ended.error;
  if (ended.status !== 0) throw new Error(`${String(ended.stdout)}\n${String(ended.stderr)}`);
  return { stdout: String(ended.stdout) };
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('npm run pack -- folder');
    process.exit(2);
  }
  for (const tarball of await packAll(resolve(folder))) console.log(tarball);
}
