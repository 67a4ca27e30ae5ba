// Which parts may import which, as in ARCHITECTURE.md: a new edge is a decision, not an accident.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = join(PACKAGES, 'server/src');

/** What each part of the service may import, besides itself and the leaves. */
const ALLOWED: Record<string, readonly string[]> = {
  http: ['auth', 'operations', 'store/store.ts', 'tracing/traces.ts'],
  audit: ['http/answered-call.ts'],
  auth: ['operations/handlers.ts'],
  console: [
    'applications/change-setting.ts',
    'audit/audit.ts',
    'auth',
    'config',
    'http',
    'operations/handlers.ts',
    'store/store.ts',
  ],
  operations: [
    'applications',
    'config',
    'contact',
    'secrets',
    'store',
    'delivery/direct.ts',
    'delivery/notify.ts',
    'delivery/log-reason.ts',
    'delivery/work.ts',
  ],
  applications: ['config', 'contact', 'gateways/gateway.ts', 'secrets', 'store'],
  secrets: ['config/secret.ts'],
  sources: ['contact', 'delivery/notify.ts'],
  delivery: ['contact', 'gateways/gateway.ts', 'store'],
  store: ['config/config.ts', 'contact'],
  transfer: ['contact/document.ts', 'store/store.ts'],
  contact: [],
  gateways: [],
  config: ['secrets/secret-keys.ts'],
  addresses: [],
  channels: ['applications', 'config', 'contact', 'delivery/outlets.ts', 'gateways'],
  fairness: [],
  tracing: ['config/config.ts'],
  doctor: ['config', 'delivery/outlets.ts', 'gateways/gateway.ts', 'channels/channels.ts'],
};
/** The leaves: modules that import nothing else. */
const LEAVES = [
  'addresses',
  'clock.ts',
  'collections',
  'fairness/fair-gate.ts',
  'fairness/per-turn.ts',
  'fairness/sharing.ts',
  'fairness/together.ts',
  'fairness/token-buckets.ts',
  'fairness/turns.ts',
  'service-error.ts',
];
/** Which packages may import which. */
const PACKAGES_ALLOWED: Record<string, readonly string[]> = {
  wire: [],
  client: ['@chatpush/wire'],
  emulator: [],
  console: ['@chatpush/client', '@chatpush/emulator', '@chatpush/emulator/screen', 'chatpush/explain'],
  server: [
    '@chatpush/wire',
    '@chatpush/client',
    '@chatpush/emulator',
    '@chatpush/emulator/command',
    '@chatpush/emulator/console',
  ],
};

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);

function sourcesOf(folder: string): string[] {
  const files = globSync('**/*.{ts,tsx}', { cwd: folder }).map((file) => join(folder, file));
  assert.ok(files.length > 0, `no sources in ${relative(PACKAGES, folder)}`);
  return files;
}

describe('parts of the service', () => {
  for (const [part, allowed] of Object.entries(ALLOWED))
    test(`${part} imports ${allowed.join(', ') || 'nothing else of ours'}`, () => {
      const folder = join(SOURCES, part);
      if (part === 'sources' && globSync('**/*.ts', { cwd: folder }).length === 0) return;
      for (const file of sourcesOf(folder))
        for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
          const path = relative(SOURCES, join(dirname(file), target));
          const fits = [part, ...allowed, ...LEAVES].some(
            (one) => path === one || path.startsWith(`${one}/`),
          );
          assert.ok(fits, `${relative(SOURCES, file)} imports ${path}`);
        }
    });

  test('store/store.ts and gateways/gateway.ts import nothing', () => {
    for (const contract of ['store/store.ts', 'gateways/gateway.ts'])
      assert.deepEqual(importsOf(join(SOURCES, contract)), []);
  });

  test('only main.ts reads the environment', () => {
    for (const file of sourcesOf(SOURCES))
      if (!file.endsWith('main.ts'))
        assert.ok(!/process\.env/.test(readFileSync(file, 'utf8')), relative(SOURCES, file));
  });
});

/** The maximum number of files at the root of the service: its start, and modules that every part uses. */
const MOST_AT_ROOT = 6;

test(`there are at most ${MOST_AT_ROOT} files at the root of the service`, () => {
  const files = globSync('*.ts', { cwd: SOURCES });
  assert.ok(files.length <= MOST_AT_ROOT, `${files.join(', ')}: move one into the folder of its part`);
});

/** Import cycles between files; type imports count. */
function circlesAmong(
  files: readonly string[],
  importsOfFile: (file: string) => readonly string[],
): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen >= 0)
      circles.push([...path.slice(seen), file].map((one) => relative(PACKAGES, one)).join(' → '));
    if (seen >= 0 || done.has(file)) return;
    for (const target of importsOfFile(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return circles;
}

test('there are no import cycles', () => {
  const within = (file: string): string[] =>
    importsOf(file)
      .filter((name) => name.startsWith('.') && /\.tsx?$/.test(name))
      .map((name) => join(dirname(file), name));
  for (const name of Object.keys(PACKAGES_ALLOWED))
    assert.deepEqual(circlesAmong(sourcesOf(join(PACKAGES, name, 'src')), within), []);
});

test('an import cycle is found', () => {
  const imports: Record<string, string[]> = { '/a.ts': ['/b.ts'], '/b.ts': ['/c.ts'], '/c.ts': ['/b.ts'] };
  const found = circlesAmong(Object.keys(imports), (file) => imports[file]!);
  assert.equal(found.length, 1);
  assert.match(found[0]!, /b\.ts → .*c\.ts → .*b\.ts$/);
});

test('packages import only what they depend on', () => {
  for (const [name, allowed] of Object.entries(PACKAGES_ALLOWED))
    for (const file of sourcesOf(join(PACKAGES, name, 'src')))
      for (const target of importsOf(file))
        if (target.startsWith('@chatpush/') || target === 'chatpush')
          assert.ok(allowed.includes(target), `${relative(PACKAGES, file)} imports ${target}`);
});
