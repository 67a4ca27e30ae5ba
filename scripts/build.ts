// npm run build [-- package …] : compiles packages to JavaScript and declarations in their dist/, in order of dependency.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * Each package after those it imports: a package is compiled against the declarations of the others, as its users will see them.
 */
const PACKAGES = ['wire', 'client', 'emulator', 'server'];

/** Packages whose modules are bundled into one, except for those imported by their own name. */
const JOINED: Readonly<Record<string, readonly string[]>> = {
  wire: ['index'],
  client: ['index', 'platform-node', 'platform-web'],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PACKAGES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no package ${unknown.join(', ')}; use ${PACKAGES.join(', ')}.`);
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
// Resolved from package.json and run with this Node: the shims in node_modules/.bin differ between systems.
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

for (const name of PACKAGES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = join(root, 'packages', name);
  // Files deleted from src/ must not stay in dist/.
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const { status, error } = spawnSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    console.error(`packages/${name} does not compile.`);
    process.exit(1);
  }
  rewriteDeclarations(join(folder, 'dist'));
  const entries = JOINED[name];
  if (entries !== undefined) await joinModules(join(folder, 'dist'), entries);
}

/** Opening a file takes longer than reading it, and programs that start often import these: bundling halves the import time. */
async function joinModules(folder: string, entries: readonly string[]): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(folder, `${entry}.js`)])),
    external: [/^@chatpush\//, /^#/, /^node:/],
    platform: 'neutral',
  });
  const { output } = await bundle.generate({ format: 'esm', chunkFileNames: '[name].js' });
  for (const file of globSync('**/*.js', { cwd: folder })) rmSync(join(folder, file));
  for (const chunk of output) if ('code' in chunk) writeFileSync(join(folder, chunk.fileName), chunk.code);
}

/** The compiler rewrites `./x.ts` to `./x.js` in JavaScript only; in declarations, older compilers refuse `.ts`. */
function rewriteDeclarations(folder: string): void {
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(?=['"])/g, '$1.js'));
  }
}
