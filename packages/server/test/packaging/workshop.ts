// A copy of the sources in which packages are built and packed, so that parallel tests keep their own build.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PACKAGES = ['wire', 'client', 'emulator', 'console', 'server'];
/** Build output, and files that are not part of any package. */
const LEFT_OUT = /^packages\/\w+\/(dist|test|node_modules|data)(\/|$)/;

export const npm = (args: readonly string[], cwd: string) =>
  process.env['npm_execpath'] === undefined
    ? run('npm', args, { cwd, env: pathWith(process.execPath), shell: process.platform === 'win32' })
    : run(process.execPath, [process.env['npm_execpath'], ...args], { cwd, env: pathWith(process.execPath) });

/** An environment in which `node` is the running one. */
export const pathWith = (node: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
});

/** A folder that is removed after the tests. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `chatpush-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Packs all published packages, like `npm run pack`; returns the tarballs by folder name. */
export async function packInCopy(folder: string): Promise<Record<string, string>> {
  const copy = join(folder, 'sources');
  await mkdir(join(copy, 'node_modules/@chatpush'), { recursive: true });
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE', 'bench'])
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  // The console shows a page of them, and they are packed with the service.
  await cp(join(ROOT, 'docs'), join(copy, 'docs'), {
    recursive: true,
    filter: (from) => !/^docs\/(node_modules|\.vitepress)(\/|$)/.test(from.slice(ROOT.length)),
  });
  for (const name of PACKAGES)
    await cp(join(ROOT, 'packages', name), join(copy, 'packages', name), {
      recursive: true,
      filter: (from) => !LEFT_OUT.test(from.slice(ROOT.length)),
    });
  // Dependencies are those of the repository; our own packages are those of the copy.
  for (const entry of await readdir(join(ROOT, 'node_modules')))
    if (!/^(@chatpush|chatpush|\..*)$/.test(entry))
      await symlink(join(ROOT, 'node_modules', entry), join(copy, 'node_modules', entry));
  for (const name of PACKAGES)
    await symlink(
      join(copy, 'packages', name),
      join(copy, 'node_modules', name === 'server' ? 'chatpush' : `@chatpush/${name}`),
    );
  const { stdout } = await run(process.execPath, ['scripts/pack.ts', join(folder, 'packed')], { cwd: copy });
  const tarballs = stdout.trim().split('\n');
  // By the file's name alone: the folder's random end may look like a version.
  return Object.fromEntries(
    tarballs.map((tarball) => [/^chatpush(?:-(\w+))?-\d/.exec(basename(tarball))![1] ?? 'server', tarball]),
  );
}

/**
 * A Node of this major version, from the registry where the running one is not it; undefined where there is no registry or
 * no such package for this system.
 */
export async function findNode(major: number, folder: string): Promise<string | undefined> {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const home = join(folder, `node-${major}`);
  await mkdir(home);
  const name = `node-${platform}-${process.arch}`;
  try {
    await npm(['install', '--prefix', home, '--no-audit', '--no-fund', `${name}@${major}`], home);
  } catch {
    return undefined; // The test says that it was skipped, which fails in CI.
  }
  return join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Bytes of all files in a folder. */
export async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
