// What replaces Apple and Google: an emulator in this process, one elsewhere, or nothing.
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { consoleAccess } from '../config/console-access.ts';
import type { EmulatedGateways } from './channels.ts';
import { openDistantEmulator } from './distant-emulator.ts';

export interface Emulation {
  /** The emulator in this process, if there is one. */
  readonly emulator: Emulator | undefined;
  /** The gateways of the emulator now; undefined: there is no emulator, or one elsewhere has not answered yet. */
  readonly gateways: () => EmulatedGateways | undefined;
  /** A sentence for people while an emulator elsewhere does not answer. */
  readonly waitsFor: () => string | undefined;
  /** A connection to a gateway of the emulator failed: it may have moved. */
  failed(): void;
  /** Why a process that started like this cannot apply these new settings; undefined: it can. */
  obstacle(next: Config): string | undefined;
  close(): Promise<void>;
}

/** `changed`: gateways of the emulator must be reopened. */
export async function openEmulation(config: Config, log: Logger, changed: () => void): Promise<Emulation> {
  const { emulatorUrl } = config;
  return emulatorUrl === undefined ? openHere(config) : openElsewhere(emulatorUrl, log, changed);
}

async function openHere(config: Config): Promise<Emulation> {
  const emulator = needsEmulator(config)
    ? await startEmulator({ host: consoleAccess(config) === 'open' ? config.host : '127.0.0.1' })
    : undefined;
  return {
    emulator,
    gateways: () => emulator,
    waitsFor: () => undefined,
    failed: () => undefined,
    obstacle: (next) =>
      emulator === undefined && next.emulatorUrl === undefined && needsEmulator(next)
        ? 'A channel is now "emulated", but this process started without an emulator: restart the service.'
        : undefined,
    close: async () => emulator?.close(),
  };
}

async function openElsewhere(url: string, log: Logger, changed: () => void): Promise<Emulation> {
  const distant = await openDistantEmulator({
    url,
    changed,
    waiting: (reason) =>
      log.warn(
        { emulator: url, reason },
        'waiting for the emulator: pushes of emulated channels are sent once it answers',
      ),
    found: () => log.info({ emulator: url }, 'the emulator answers'),
  });
  return {
    emulator: undefined,
    gateways: () => distant.gateways(),
    waitsFor: () => distant.waitsFor(),
    failed: () => distant.askAgain(),
    obstacle: () => undefined,
    close: () => distant.close(),
  };
}

/** An emulator runs only if something is emulated. */
const needsEmulator = ({ autoCreate, applications }: Config): boolean =>
  autoCreate === 'all' ||
  applications.some(({ channels }) =>
    Object.values(channels).some((channel) => channel.gateway === 'emulated'),
  );
