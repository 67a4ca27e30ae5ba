// What stands in for Apple and Google: an emulator in this process, one elsewhere, or nothing.
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import type { Config } from '../config/config.ts';
import { consoleAccess } from '../config/console-access.ts';
import type { EmulatedGateways } from './channels.ts';
import { askEmulator } from './emulator-address.ts';

export interface Emulation {
  /** The emulator in this process, if there is one. */
  readonly emulator: Emulator | undefined;
  readonly gateways: EmulatedGateways | undefined;
  /** Why a process that started like this cannot take over other settings; undefined: it can. */
  obstacle(next: Config): string | undefined;
  close(): Promise<void>;
}

export async function openEmulation(config: Config): Promise<Emulation> {
  const emulator = needsOwnEmulator(config)
    ? await startEmulator({ host: consoleAccess(config) === 'open' ? config.host : '127.0.0.1' })
    : undefined;
  const gateways = config.emulatorUrl === undefined ? emulator : await askEmulator(config.emulatorUrl);
  return {
    emulator,
    gateways,
    obstacle: (next) =>
      gateways === undefined && needsOwnEmulator(next)
        ? 'A channel is "emulated" now, and this process started without an emulator: start it again to have one.'
        : undefined,
    close: async () => emulator?.close(),
  };
}

/** An emulator of our own runs only where something is emulated and the settings name no other. */
const needsOwnEmulator = (config: Config): boolean =>
  config.emulatorUrl === undefined &&
  (config.autoCreate === 'all' ||
    config.applications.some((application) =>
      Object.values(application.channels).some((channel) => channel.gateway === 'emulated'),
    ));
