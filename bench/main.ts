// npm run bench -- name [options]: measurements as ratios to a peer in the same run. Absolute figures depend on the machine.
import { OptionError } from './options.ts';

const BENCHES: Record<string, () => Promise<{ run(argv: readonly string[]): Promise<void> }>> = {
  client: () => import('./client.ts'),
  deliver: () => import('./deliver.ts'),
  transport: () => import('./transport.ts'),
  register: () => import('./register.ts'),
  backlog: () => import('./backlog.ts'),
  contacts: () => import('./contacts.ts'),
  pages: () => import('./pages.ts'),
  'dead-tokens': () => import('./dead-tokens.ts'),
  emulator: () => import('./emulator.ts'),
  stream: () => import('./stream.ts'),
  hostile: () => import('./hostile.ts'),
  flood: () => import('./flood.ts'),
  isolation: () => import('./isolation.ts'),
  reload: () => import('./reload.ts'),
  rotation: () => import('./rotation.ts'),
  nodes: () => import('./nodes.ts'),
  console: () => import('./console.ts'),
  soak: () => import('./soak.ts'),
};

const [name, ...rest] = process.argv.slice(2);
const load = name === undefined ? undefined : BENCHES[name];
if (load === undefined) {
  console.error(`npm run bench -- ${Object.keys(BENCHES).join(' | ')}`);
  process.exit(2);
}
const bench = await load();
try {
  await bench.run(rest);
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
