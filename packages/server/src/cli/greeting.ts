// What a started service prints for the person who started it.
import { whereTo } from '../channels/channels.ts';
import type { Emulation } from '../channels/emulation.ts';
import type { Config } from '../config/config.ts';
import { consoleAccess } from '../config/console-access.ts';

const STORE_NAMES = { postgres: 'PostgreSQL', nats: 'NATS JetStream' } as const;

export function greeting(
  config: Config,
  url: string,
  { gateways, waitsFor }: Pick<Emulation, 'gateways' | 'waitsFor'>,
): string {
  const access = consoleAccess(config);
  const hasEmulator = config.emulatorUrl !== undefined || gateways() !== undefined;
  const lines = [`chatpush listens on ${url}`];
  const store = config.store.kind === 'sqlite' ? config.store.path : STORE_NAMES[config.store.kind];
  lines.push(`  store       ${store}`);
  if (config.development)
    lines.push('  development access key test / test; instances and applications are created on first use');
  for (const { arn, channels } of config.applications)
    for (const [name, channel] of Object.entries(channels))
      lines.push(`  ${name.padEnd(12)} ${arn}: ${whereTo(channel)}`);
  if (hasEmulator && config.autoCreate === 'all')
    lines.push('  gateways    EMULATED for every other application');
  if (hasEmulator && (config.emulatorUrl !== undefined || access === 'open'))
    lines.push(`  phones      ${config.emulatorUrl ?? url}/console/`);
  if (access === 'sign-in') lines.push(`  console     ${url}/console/, sign in with an access key`);
  const missing = waitsFor();
  if (missing !== undefined) lines.push(`  emulator    waiting. ${missing}`);
  return `${lines.join('\n')}\n`;
}
