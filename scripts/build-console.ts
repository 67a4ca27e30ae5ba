// Builds the console if the build is missing or older than its sources. `npm start` and the tests run this first.
import { globSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGE = `${ROOT}packages/console/`;
const BUILT = `${PAGE}dist`;

/** Everything that the page is built from, including the packages that it imports from their sources. */
const SOURCES = [
  'packages/console/{src,public}/**/*.*',
  'packages/console/{index.html,package.json,vite.config.ts}',
  'packages/{client,wire}/src/**/*.ts',
  'packages/emulator/src/{screen,notification}.ts',
  'packages/server/src/{explain,contact/reasons,delivery/log-reason,doctor/diagnoses}.ts',
  'docs/guides/troubleshooting.md',
  'package-lock.json',
];

const changedAtMs = async (path: string): Promise<number> => (await stat(path)).mtimeMs;

async function isFresh(): Promise<boolean> {
  const [builtAt, ...sources] = await Promise.all([
    changedAtMs(`${BUILT}/index.html`).catch(() => -Infinity),
    ...globSync(SOURCES, { cwd: ROOT }).map((path) => changedAtMs(ROOT + path)),
  ]);
  return Math.max(...sources) <= builtAt;
}

/**
 * Returns the directory of the page, built if necessary. The build is moved into place atomically, so that several may run at
 * once.
 */
export async function buildConsole(): Promise<string> {
  if (await isFresh()) return BUILT;
  const made = await mkdtemp(`${ROOT}node_modules/.console-`);
  const replaced = `${made}-replaced`;
  try {
    await build({ root: PAGE, logLevel: 'warn', build: { outDir: made, emptyOutDir: true } });
    await chmod(made, 0o755);
    await rename(BUILT, replaced).catch(ignoreMissing);
    await rename(made, BUILT).catch(ignoreTaken);
  } finally {
    await rm(made, { recursive: true, force: true });
    await rm(replaced, { recursive: true, force: true });
  }
  return BUILT;
}

const ignoring =
  (...codes: readonly string[]) =>
  (error: NodeJS.ErrnoException): void => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
/** There was no page yet, or another process has just removed it. */
const ignoreMissing = ignoring('ENOENT');
/** Another process built the same page at the same time. */
const ignoreTaken = ignoring('ENOTEMPTY', 'EEXIST');

if (import.meta.main) await buildConsole();
